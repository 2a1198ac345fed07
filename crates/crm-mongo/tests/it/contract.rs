//! The contract that every store keeps.

use crate::support::OnMongo;

crm_testkit::contract_suite!(OnMongo);
