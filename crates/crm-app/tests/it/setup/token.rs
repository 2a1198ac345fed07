use crm_app::setup::token::SetupToken;

#[test]
fn only_the_token_itself_fits() {
    let token = SetupToken::new("let me in".into());
    assert!(token.fits("let me in"));
    for shown in ["", "let me i", "let me in ", "Let me in", "let me im"] {
        assert!(!token.fits(shown), "{shown:?}");
    }
}

#[test]
fn a_token_that_is_spent_or_was_never_made_fits_nothing() {
    let token = SetupToken::new("let me in".into());
    token.spend();
    assert!(!token.fits("let me in"));
    assert!(!SetupToken::none().fits(""));
}

#[test]
fn a_token_is_never_shown() {
    assert!(!format!("{:?}", SetupToken::new("let me in".into())).contains("let me in"));
}
