//! What people do in projects.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::{Answer, Person};

impl Person<'_> {
    /// A project that everybody may join.
    pub(crate) fn project(title: &str) -> Value {
        json!({ "title": title, "field": "technology", "stage": "idea", "needed_skills": ["Rust"], "languages": ["en"] })
    }

    pub(crate) fn tries_to_found(&self, client_id: &str, project: &Value) -> Answer {
        self.posts("/v1/projects", &json!({ "client_id": client_id, "project": project }))
    }

    /// Founds a project, and answers with its id.
    pub(crate) fn founds(&self, project: &Value) -> String {
        static FOUNDED: AtomicU32 = AtomicU32::new(0);
        let client_id = format!("p-{}", FOUNDED.fetch_add(1, Ordering::Relaxed));
        let id = self.tries_to_found(&client_id, project).expect(201)["project_id"].as_str().unwrap().to_owned();
        self.remember(&id);
        id
    }

    pub(crate) fn tries_to_join(&self, project: &str) -> Answer {
        self.puts(&format!("/v1/projects/{project}/members/me"), &json!({}))
    }

    pub(crate) fn joins(&self, project: &str) {
        assert_eq!(self.tries_to_join(project).expect(200)["state"], "joined");
    }

    pub(crate) fn tries_to_leave(&self, project: &str) -> Answer {
        self.deletes(&format!("/v1/projects/{project}/members/me"))
    }

    pub(crate) fn tries_to_appoint(&self, project: &str, other: &Person<'_>, role: &str) -> Answer {
        self.puts(&format!("/v1/projects/{project}/members/{}", other.id), &json!({ "role": role }))
    }

    pub(crate) fn looks_at(&self, project: &str) -> Value {
        self.gets(&format!("/v1/projects/{project}")).expect(200)
    }

    /// The project as somebody who is not to know of it gets it.
    pub(crate) fn misses(&self, project: &str) {
        self.gets(&format!("/v1/projects/{project}")).expect_problem(404, "project_not_found");
    }

    /// Who is in a project, by the page.
    pub(crate) fn members_of(&self, project: &str) -> Vec<String> {
        let items = self.gets(&format!("/v1/projects/{project}/members?limit=100")).expect(200)["items"].clone();
        items.as_array().unwrap().iter().map(|item| item["user_id"].as_str().unwrap().to_owned()).collect()
    }
}
