//! A team at work, always the same way.

use bson::oid::ObjectId;

use super::NodeBackend;

/// How many records a team has.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// Leads.
    pub leads: usize,
    /// Customers, those that were leads included; not more than leads.
    pub customers: usize,
    /// Tasks.
    pub tasks: usize,
}

/// A little chance that comes out the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end
    }
}

impl NodeBackend {
    /// A team of an admin, six agents, and a seventh who has left, with all that they have done.
    ///
    /// # Panics
    /// If the password cannot be hashed.
    pub fn crowd(crowd: Crowd) -> Self {
        let mut chance = Chance(42);
        let mut node = Self::new();
        let admin = node.register("Ada Admin", "admin@crm.com", "admin");
        let agents: Vec<ObjectId> = (1..=7)
            .map(|number| {
                node.register(&format!("Agent {number}"), &format!("agent{number}@crm.com"), "agent")
            })
            .collect();
        node.users.last_mut().expect("seven of them").insert("isActive", false);
        let mut leads = Vec::new();
        for number in 0..crowd.leads {
            let agent = agents[chance.below(agents.len())];
            let (by, owner) = match number % 10 {
                0 => (admin, None),
                1 => (admin, Some(agent)),
                _ => (agent, Some(agent)),
            };
            let lead = node.create_lead(by, owner, &format!("Lead {number}"));
            leads.push(lead);
            for status in ["In Progress", "In Progress", "Closed Lost"].into_iter().take(chance.below(4)) {
                node.change_status(by, lead, status);
            }
            match number % 17 {
                3 => node.archive(by, lead),
                4 => node.reassign(admin, lead, agents[chance.below(agents.len())]),
                _ => {}
            }
        }
        let mut customers = Vec::new();
        for (number, lead) in leads.iter().enumerate().take(crowd.customers) {
            let customer = if number % 3 == 0 {
                node.convert(admin, *lead)
            } else {
                node.create_customer(agents[chance.below(agents.len())], &format!("Customer {number}"))
            };
            customers.push(customer);
            for note in 0..chance.below(4) {
                node.add_note(
                    agents[chance.below(agents.len())],
                    customer,
                    &format!("note {note}\nof {number}"),
                );
            }
            if number % 20 == 5 {
                node.add_deal(customer, "Engine", 12_500, "Won");
                node.facts += 1;
            }
        }
        for number in 0..crowd.tasks {
            let owner = agents[chance.below(agents.len())];
            let related = if number % 2 == 0 {
                ("Lead", leads[chance.below(leads.len())])
            } else {
                ("Customer", customers[chance.below(customers.len())])
            };
            let task = node.create_task(owner, &format!("Task {number}"), related, "Open");
            if number % 4 == 0 {
                node.finish_task(owner, task);
            }
        }
        node.facts += u64::try_from(node.users.len()).expect("few");
        node
    }
}
