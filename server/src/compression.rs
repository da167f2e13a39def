//! Brotli with a window that fits what is packed. A larger one packs no better, and the strongest qualities fill memory of
//! many times its size: 24 bits took 300 MB for an icon.

use ::brotli::enc::BrotliEncoderParams;

/// Strongest: seconds for a wasm module.
pub const QUALITY_MAX: i32 = 11;
/// Packs a megabyte in well under a second.
pub const QUALITY_QUICK: i32 = 7;

/// Bits of the smallest and of the largest window of the format.
const WINDOW_BITS_MIN: u32 = 10;
const WINDOW_BITS_MAX: u32 = 24;

/// Packs; `None` where the packer fails, which no input is known to bring about.
#[must_use]
pub fn brotli(plain: &[u8], quality: i32) -> Option<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality,
        lgwin: window_bits(plain.len()).cast_signed(),
        size_hint: plain.len(),
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    ::brotli::BrotliCompress(&mut &*plain, &mut packed, &params).ok()?;
    Some(packed)
}

/// The smallest window that reaches back to the first byte from the last; the format takes 16 bytes off.
fn window_bits(bytes: usize) -> u32 {
    let bits = usize::BITS - bytes.saturating_add(16).leading_zeros();
    bits.clamp(WINDOW_BITS_MIN, WINDOW_BITS_MAX)
}

#[cfg(test)]
mod tests {
    use super::{QUALITY_MAX, QUALITY_QUICK, WINDOW_BITS_MAX, window_bits};

    #[test]
    fn the_window_reaches_back_to_the_first_byte() {
        for (bytes, bits) in [
            (0, 10),
            (1_007, 10),
            (1_008, 11),
            (700_000, 20),
            (1 << 30, 24),
        ] {
            assert_eq!(window_bits(bytes), bits, "{bytes}");
            assert!(
                bits == WINDOW_BITS_MAX || (1 << bits) - 16 >= bytes,
                "{bytes}"
            );
        }
    }

    #[test]
    fn what_was_packed_unpacks() {
        let plain = "đại hội ".repeat(10_000);
        for quality in [QUALITY_QUICK, QUALITY_MAX] {
            let packed = super::brotli(plain.as_bytes(), quality).expect("packs");
            assert!(packed.len() < 200);
            let mut unpacked = Vec::new();
            ::brotli::BrotliDecompress(&mut packed.as_slice(), &mut unpacked).expect("unpacks");
            assert_eq!(unpacked, plain.as_bytes());
        }
    }
}
