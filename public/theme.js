// The chosen theme, before the first paint. Refused storage (private windows) means the default.
try {
  const theme = JSON.parse(localStorage.getItem('sotay.theme') ?? 'null');
  if (theme === 'sun' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // The default theme it is.
}
