//! Folding, matching and order, with NFC and NFD letters.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;

/// "Đại hội Huyện ủy" with combining marks, as macOS writes file names.
const DECOMPOSED: &str = "D\u{323}a\u{323}i ho\u{302}\u{323}i Huye\u{302}\u{323}n u\u{309}y";

#[test]
fn folds_marks_case_and_spaces() {
    assert_eq!(fold("  Đại\u{a0}\u{a0}HỘI \t điểm "), "dai hoi diem");
    assert_eq!(fold("Huyện uỷ"), "huyen uy");
    assert_eq!(fold("HUYỆN ỦY"), "huyen uy");
    assert_eq!(fold(DECOMPOSED), "dai hoi huyen uy");
    assert_eq!(
        fold("Mặt trận – Đoàn thể ‑ “Xã hội”"),
        "mat tran - doan the - \"xa hoi\""
    );
    assert_eq!(fold("zero\u{200b}width so\u{ad}ft"), "zerowidth soft");
    assert_eq!(fold("Ðảng"), "dang", "eth stands in for đ");
    assert_eq!(
        fold("a \u{301} b \u{301} "),
        "a b",
        "a mark on a space marks nothing"
    );
    assert_eq!(fold(""), "");
}

#[test]
fn every_vietnamese_letter_folds_to_ascii() {
    let letters =
        "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ";
    let folded = fold(letters);
    assert_eq!(folded.len(), letters.chars().count());
    let mut distinct: Vec<char> = folded.chars().collect();
    distinct.dedup();
    assert_eq!(
        distinct.iter().collect::<String>(),
        "abcdeghiklmnopqrstuvxy"
    );
    assert_eq!(fold(&upper(letters)), folded);
    assert_eq!(
        upper(letters)
            .chars()
            .filter(|it| letters.contains(*it))
            .count(),
        0
    );
}

#[test]
fn alphabet_is_in_order() {
    let letters: Vec<String> =
        "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
            .chars()
            .map(String::from)
            .collect();
    for (index, a) in letters.iter().enumerate() {
        for b in &letters[index + 1..] {
            assert_eq!(compare(a, b), Ordering::Less, "{a} before {b}");
        }
    }
}

#[test]
fn words_sort_as_in_a_vietnamese_dictionary() {
    let sorted = [
        "A Ngo",
        "A Roàng",
        "Ba",
        "Bà",
        "Bá",
        "Bạ",
        "Dân",
        "Đại",
        "Đông Sơn",
        "Hồng Thái",
        "Hồng Thủy",
        "Hồng Thượng",
        "Sơn Thủy",
        "Trung Sơn",
    ];
    let mut shuffled: Vec<&str> = sorted.iter().rev().copied().collect();
    shuffled.sort_by(|a, b| compare(a, b));
    assert_eq!(shuffled, sorted);
}

#[test]
fn the_two_spellings_of_uy_sort_together() {
    assert_eq!(compare("Huyện uỷ A", "Huyện ủy B"), Ordering::Less);
    assert_eq!(compare("Huyện uỷ B", "Huyện ủy A"), Ordering::Greater);
}

#[test]
fn people_sort_by_given_name() {
    let mut people = ["Nguyễn Văn Đức", "Hồ Thị Anh", "Lê Dũng", "Trần Anh"];
    people.sort_by(|a, b| compare_people(a, b));
    assert_eq!(
        people,
        ["Hồ Thị Anh", "Trần Anh", "Lê Dũng", "Nguyễn Văn Đức"]
    );
}

#[test]
fn search_finds_without_marks_and_prefers_with() {
    let title = "Kịch bản bầu cử và các phương án";
    assert!(matches("bau cu", title));
    assert!(matches("an phuong", title), "words in any order");
    assert!(matches("", title));
    assert!(!matches("bau thu", title));
    assert_eq!(find("bầu cử", title), Some(Match::Marked));
    assert_eq!(find("bau cu", title), Some(Match::Folded));
    assert_eq!(find("bàu cử", title), Some(Match::Folded), "another mark");
    assert_eq!(find("dai hoi", "Đại hội"), Some(Match::Folded));
    assert_eq!(find("huyện ủy", "Huyện uỷ A Lưới"), Some(Match::Marked));
    assert_eq!(
        find(DECOMPOSED, "Đại hội Huyện uỷ"),
        Some(Match::Folded),
        "d with a dot below is no đ"
    );
    assert_eq!(find("xyz", title), None);
    assert!(Match::Marked < Match::Folded);
}

#[test]
fn yes_and_no() {
    assert_eq!(parse_yes_no(" CÓ "), Some(true));
    assert_eq!(parse_yes_no("kho\u{302}ng"), Some(false));
    assert_eq!(parse_yes_no("yes"), None);
    assert_eq!(parse_yes_no(""), None);
}

#[test]
fn capitals_are_seen() {
    assert!(is_upper("ĐẢNG BỘ – 2020!"));
    assert!(!is_upper("ĐẢNG bộ"));
    assert!(!is_upper("– 2020 –"), "no letters");
}

/// Vietnamese-looking text, with decomposed letters, odd spaces and dashes among it.
fn texts() -> impl Strategy<Value = String> {
    let chars = "aàảãáạăằâậeêệiìoôộơợuưựyỷđĐÊ ỦUzA0-–\u{a0}\u{301}\u{323}\u{302}\u{31b}\u{200b}ßÿð";
    let chars: Vec<char> = chars.chars().collect();
    prop_oneof![
        proptest::collection::vec(proptest::sample::select(chars), 0..14)
            .prop_map(|it| it.into_iter().collect()),
        any::<String>(),
    ]
}

/// Takes the tone of a composed letter out as a combining mark, or leaves the letter.
fn decompose(text: &str) -> String {
    text.chars()
        .flat_map(|it| match it {
            'ủ' => vec!['u', '\u{309}'],
            'ậ' => vec!['a', '\u{323}', '\u{302}'],
            'ộ' => vec!['o', '\u{323}', '\u{302}'],
            'ợ' => vec!['o', '\u{31b}', '\u{323}'],
            'Ê' => vec!['E', '\u{302}'],
            other => vec![other],
        })
        .collect()
}

proptest! {
    #[test]
    fn folding_twice_changes_nothing(text in texts()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn folding_ignores_composition_and_case(text in texts()) {
        prop_assert_eq!(fold(&decompose(&text)), fold(&text));
        prop_assert_eq!(fold(&upper(&text)), fold(&text));
    }

    #[test]
    fn a_text_finds_itself(text in texts()) {
        prop_assert_eq!(find(&text, &text), Some(Match::Marked));
        prop_assert!(matches(&fold(&text), &text));
    }

    #[test]
    fn compare_is_a_total_order(a in texts(), b in texts(), c in texts()) {
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        prop_assert_eq!(compare(&a, &b) == Ordering::Equal, a == b);
        let mut sorted = [&a, &b, &c];
        sorted.sort_by(|x, y| compare(x, y));
        prop_assert_ne!(compare(sorted[0], sorted[2]), Ordering::Greater);
    }
}
