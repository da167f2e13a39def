// Once for all tests: a data folder with the demo district, which every server then starts from a copy of.
import { TODAY } from "./people.ts";
import { Server } from "./server.ts";

export default async function prepareDemo(): Promise<() => Promise<void>> {
  const server = await Server.start({ today: TODAY });
  await server.stop();
  process.env["SOTAY_DEMO_DATA"] = server.data;
  return () => server.remove();
}
