//! Letters that Unicode does not decompose, and the letters that people type for them; typographic punctuation likewise.
//!
//! The table holds every small Latin letter whose Unicode name is that of another letter `WITH` a stroke, hook, dot, bar,
//! tail or similar, or that letter `BARRED`. Capitals reach it by case folding. What a letter is replaced by is in the
//! table of no other letter, so that one step is enough.

/// The plain spelling of a letter or of typographic punctuation; `None` if the character stays what it is.
pub(super) fn plain(c: char) -> Option<&'static str> {
    punctuation(c).or_else(|| digraph(c)).or_else(|| base_letter(c))
}

/// Apostrophes, primes that are used as such, hyphens, dashes, the minus sign, and the one space that NFKD leaves.
fn punctuation(c: char) -> Option<&'static str> {
    match c {
        '\u{2b9}' | '\u{2bb}' | '\u{2bc}' | '\u{2bd}' | '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}'
        | '\u{a78c}' => Some("'"),
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' => Some("-"),
        '\u{1680}' => Some(" "),
        _ => None,
    }
}

/// Letters that are two letters. Both cases, as one of them has no lower case everywhere.
fn digraph(c: char) -> Option<&'static str> {
    match c {
        'ß' | 'ẞ' => Some("ss"),
        'æ' | 'Æ' => Some("ae"),
        'œ' | 'Œ' => Some("oe"),
        'þ' | 'Þ' | 'ᵺ' | 'ꝥ' | 'ꝧ' => Some("th"),
        _ => None,
    }
}

/// The base letter of a small letter with a stroke, hook, dot or similar.
fn base_letter(c: char) -> Option<&'static str> {
    let base = match c {
        'ᶏ' | 'ⱥ' => "a",
        'ƀ' | 'ƃ' | 'ɓ' | 'ᵬ' | 'ᶀ' | 'ꞗ' => "b",
        'ƈ' | 'ȼ' | 'ɕ' | 'ꞓ' | 'ꞔ' | '𝼝' => "c",
        'ð' | 'đ' | 'ƌ' | 'ȡ' | 'ɖ' | 'ɗ' | 'ᵭ' | 'ᶁ' | 'ᶑ' | 'ꟈ' | '𝼥' => "d",
        'ɇ' | 'ᶒ' | 'ⱸ' | 'ꬳ' | 'ꬴ' => "e",
        'ƒ' | 'ᵮ' | 'ᶂ' | 'ꞙ' => "f",
        'ǥ' | 'ɠ' | 'ᶃ' | 'ꞡ' => "g",
        'ħ' | 'ɦ' | 'ⱨ' | 'ꞕ' => "h",
        'ı' | 'ɨ' | 'ᶖ' | '𝼚' => "i",
        'ȷ' | 'ɉ' | 'ɟ' | 'ʄ' | 'ʝ' => "j",
        'ƙ' | 'ᶄ' | 'ⱪ' | 'ꝁ' | 'ꝃ' | 'ꝅ' | 'ꞣ' => "k",
        'ł' | 'ƚ' | 'ȴ' | 'ɫ' | 'ɬ' | 'ɭ' | 'ᶅ' | 'ⱡ' | 'ꝉ' | 'ꞎ' | 'ꬷ' | 'ꬸ' | 'ꬹ' | '𝼑' | '𝼓' | '𝼦' => {
            "l"
        }
        'ɱ' | 'ᵯ' | 'ᶆ' | 'ꬺ' => "m",
        'ƞ' | 'ȵ' | 'ɲ' | 'ɳ' | 'ᵰ' | 'ᶇ' | 'ꞑ' | 'ꞥ' | 'ꬻ' | '𝼧' => "n",
        'ø' | 'ɵ' | 'ⱺ' | 'ꝋ' | 'ꝍ' | '𝼛' => "o",
        'ƥ' | 'ᵱ' | 'ᵽ' | 'ᶈ' | 'ꝑ' | 'ꝓ' | 'ꝕ' => "p",
        'ɋ' | 'ʠ' | 'ꝗ' | 'ꝙ' => "q",
        'ɍ' | 'ɼ' | 'ɽ' | 'ɾ' | 'ᵲ' | 'ᵳ' | 'ᶉ' | 'ꞧ' | 'ꭉ' | '𝼖' | '𝼨' => "r",
        'ȿ' | 'ʂ' | 'ᵴ' | 'ᶊ' | 'ẜ' | 'ẝ' | 'ꞩ' | 'ꟊ' | 'ꟍ' | '𝼞' | '𝼩' => "s",
        'ŧ' | 'ƫ' | 'ƭ' | 'ȶ' | 'ʈ' | 'ᵵ' | 'ⱦ' | '𝼉' | '𝼪' => "t",
        'ʉ' | 'ᶙ' | 'ꞹ' | 'ꭎ' | 'ꭏ' | 'ꭒ' => "u",
        'ʋ' | 'ᶌ' | 'ⱱ' | 'ⱴ' | 'ꝟ' => "v",
        'ⱳ' => "w",
        'ᶍ' | 'ꭖ' | 'ꭗ' | 'ꭘ' | 'ꭙ' => "x",
        'ƴ' | 'ɏ' | 'ỿ' | 'ꭚ' => "y",
        'ƶ' | 'ȥ' | 'ɀ' | 'ʐ' | 'ʑ' | 'ᵶ' | 'ᶎ' | 'ⱬ' => "z",
        'ꬼ' | '𝼔' => "ŋ",
        '𝼊' => "ǃ",
        'ᶐ' | 'ꬰ' => "ɑ",
        'ᶗ' | 'ꬿ' => "ɔ",
        'ɚ' | 'ᶕ' => "ə",
        'ᶓ' => "ɛ",
        'ɝ' | 'ᶔ' => "ɜ",
        'ꬶ' => "ɡ",
        'ʛ' => "ɢ",
        'ʮ' | 'ʯ' => "ɥ",
        'ᵼ' => "ɩ",
        'ᵻ' => "ɪ",
        '𝼅' => "ɮ",
        'ɰ' => "ɯ",
        'ɺ' | 'ɻ' | 'ⱹ' | 'ꭨ' | '𝼈' | '𝼕' => "ɹ",
        'ꭆ' => "ʀ",
        'ʆ' | 'ᶋ' | 'ᶘ' | '𝼋' | '𝼌' => "ʃ",
        '𝼍' => "ʇ",
        'ᵿ' => "ʊ",
        '𝼆' => "ʎ",
        'ƺ' | 'ʓ' | 'ᶚ' | '𝼘' => "ʒ",
        'ʡ' => "ʔ",
        'ƾ' | '𝼎' => "ʖ",
        '𝼏' => "ʗ",
        'ᴃ' => "ʙ",
        'ᴌ' | '𝼄' => "ʟ",
        'ʥ' | 'ꭦ' => "ʣ",
        '𝼒' | '𝼙' => "ʤ",
        'ꭧ' => "ʦ",
        '𝼗' | '𝼜' => "ʧ",
        '𝼀' => "ʩ",
        'ᴆ' => "ᴅ",
        'ᴓ' => "ᴑ",
        'ꭁ' | 'ꭂ' => "ᴔ",
        'ᵾ' => "ᴜ",
        'ꜿ' => "ↄ",
        'ɧ' => "ꜧ",
        'ꜯ' => "ꜭ",
        'ꜻ' => "ꜹ",
        'ꬾ' => "ꬽ",
        'ꭄ' => "ꭃ",
        'ꭊ' => "ꭈ",
        'ꭌ' => "ꭋ",
        'ꭔ' | 'ꭕ' => "ꭓ",
        _ => return None,
    };
    Some(base)
}
