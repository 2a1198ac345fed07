//! Who writes: the sample accounts.

use crm_server::seed::people::{ADMIN, AGENT_PASSWORD};

use crate::Outcome;
use crate::client::Client;

/// The sample accounts, signed in. Their sessions outlive servers.
#[derive(Debug, Clone)]
pub struct People {
    /// Sees and does everything.
    pub admin: Client,
    /// See and do what is theirs.
    pub agents: [Client; 2],
}

impl People {
    /// Signs them in.
    ///
    /// # Errors
    /// They are not let in.
    pub async fn sign_in(url: &str) -> Outcome<Self> {
        Ok(Self {
            admin: Client::sign_in(url, ADMIN.email, ADMIN.password).await?,
            agents: [
                Client::sign_in(url, "agent1@crm.com", AGENT_PASSWORD).await?,
                Client::sign_in(url, "agent2@crm.com", AGENT_PASSWORD).await?,
            ],
        })
    }

    /// The one for this worker: of three workers two are the admin and one is an agent.
    pub(crate) fn for_worker(&self, number: u64) -> &Client {
        let [first, second] = &self.agents;
        match number % 6 {
            2 => first,
            5 => second,
            _ => &self.admin,
        }
    }
}
