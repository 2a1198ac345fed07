use crm_app::precondition::Precondition;
use crm_domain::version::Version;

use crate::support::said::why;

#[test]
fn only_one_of_the_named_versions_will_do() {
    let named = Precondition::OneOf(vec![Version::new(2), Version::new(4)]);
    assert!(named.check(Version::new(2)).is_ok() && named.check(Version::new(4)).is_ok());
    assert_eq!(why(named.check(Version::new(3))), "at version 3");
    assert_eq!(why(Precondition::OneOf(Vec::new()).check(Version::FIRST)), "at version 1");
    assert!(Precondition::None.check(Version::FIRST).is_ok());
    assert!(Precondition::Any.check(Version::FIRST).is_ok());
}
