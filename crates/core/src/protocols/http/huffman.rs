//! The Huffman code of HPACK (RFC 7541 §5.2, appendix B). It is canonical, so the lengths of its codes are all of it.

/// Length of the code of each octet, and of the end of the string, in bits.
const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, //
    28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, //
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, //
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, //
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, //
    7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, //
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, //
    23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, //
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, //
    21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, //
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const MOST_BITS: usize = 30;
const END: u16 = 256;

/// The codes by length: the first of each, and which symbols they stand for in order.
struct Codes {
    first: [u32; MOST_BITS + 1],
    count: [u32; MOST_BITS + 1],
    begin: [u32; MOST_BITS + 1],
    symbols: [u16; 257],
}

const CODES: Codes = {
    let mut codes =
        Codes { first: [0; MOST_BITS + 1], count: [0; MOST_BITS + 1], begin: [0; MOST_BITS + 1], symbols: [0; 257] };
    let (mut bits, mut place, mut code) = (1, 0, 0);
    while bits <= MOST_BITS {
        code <<= 1;
        codes.first[bits] = code;
        codes.begin[bits] = place;
        let mut symbol = 0;
        while symbol < LENGTHS.len() {
            if LENGTHS[symbol] as usize == bits {
                codes.symbols[place as usize] = symbol as u16;
                place += 1;
                code += 1;
            }
            symbol += 1;
        }
        codes.count[bits] = code - codes.first[bits];
        bits += 1;
    }
    codes
};

/// Decodes a string; `None` where it is none, or longer than `most` bytes.
pub(super) fn decode(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(bytes.len().saturating_mul(8).div_ceil(5).min(most));
    let (mut code, mut bits) = (0_u32, 0_usize);
    for byte in bytes {
        for shift in (0..8).rev() {
            code = code << 1 | u32::from(byte >> shift & 1);
            bits += 1;
            if bits > MOST_BITS {
                return None;
            }
            let place = code.wrapping_sub(CODES.first[bits]);
            if place < CODES.count[bits] {
                let symbol = *CODES.symbols.get((CODES.begin[bits] + place) as usize)?;
                if symbol == END || text.len() == most {
                    return None;
                }
                text.push(symbol as u8);
                (code, bits) = (0, 0);
            }
        }
    }
    // What is left are the first bits of the end: ones, and less than a byte of them.
    (bits < 8 && code == (1 << bits) - 1).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard() {
        let decoded = |bytes: &[u8]| decode(bytes, 100).map(|text| String::from_utf8_lossy(&text).into_owned());
        let host = [0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff];
        assert_eq!(decoded(&host).as_deref(), Some("www.example.com")); // RFC 7541 C.4.1
        assert_eq!(decoded(&[0x64, 0x02]).as_deref(), Some("302")); // C.6.1
        assert_eq!(decoded(&[]).as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_string_is_refused() {
        assert_eq!(decode(&[0xff, 0xff, 0xff, 0xff], 100), None, "the end of a string is not in it");
        assert_eq!(decode(&[0x00], 100), None, "zeros do not fill up");
        assert_eq!(decode(&[0x64, 0x02], 2), None, "too long");
    }
}
