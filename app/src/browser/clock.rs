//! The phone's clock and random source, handed to the pure crates.

use domain::date::CivilDate;

use crate::session::Me;

/// Milliseconds since 1970 by this phone's clock, right or wrong.
pub(crate) fn now_ms() -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole milliseconds far below 2^53"
    )]
    let now = js_sys::Date::now() as i64;
    now
}

/// Civil date in Việt Nam, corrected by what the server's clock said last; fixed when the server says so.
pub(crate) fn today(me: &Me, clock_offset_ms: i64) -> CivilDate {
    me.fixed_today
        .unwrap_or_else(|| CivilDate::from_unix_ms(now_ms().saturating_add(clock_offset_ms)))
}

/// 128 random bits as lower-case hexadecimal, from the browser's cryptographic source.
pub(crate) fn random_id() -> String {
    let mut bytes = [0_u8; 16];
    let filled = web_sys::window()
        .and_then(|it| it.crypto().ok())
        .is_some_and(|it| it.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !filled {
        // Only reachable outside a page; a clash would show as a fork, never as a loss.
        for byte in &mut bytes {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a value in 0..256"
            )]
            let random = (js_sys::Math::random() * 256.0) as u8;
            *byte = random;
        }
    }
    bytes
        .iter()
        .fold(String::with_capacity(32), |mut text, byte| {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
            text
        })
}
