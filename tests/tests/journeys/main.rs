//! The whole system as a person meets it: `local up` in a folder of its own, the functions under `cargo lambda watch`, real HTTP.
//!
//! One system serves all journeys, because bringing it up takes longer than walking through it; they run one after the other in the
//! order of this file.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests stop where they fail"
)]

mod browser;
mod guide;
mod onboarding;
mod system;
mod whatsapp;

use system::System;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_road() {
    let system = System::up();
    guide::every_sql_statement_runs_as_printed(&system);
    guide::the_whatsapp_instance_is_created_and_connected(&system);
    guide::a_professional_created_by_sql_logs_in(&system);
    guide::cross_tenant_login_is_refused(&system);
    whatsapp::a_patient_books_and_only_that_clinic_sees_it(&system).await;
    whatsapp::the_same_phone_is_two_people_at_two_clinics(&system).await;
    whatsapp::what_evolution_repeats_counts_once(&system).await;
    whatsapp::evolution_being_down_delays_an_answer_and_loses_nothing(&system).await;
    onboarding::a_clinic_made_by_the_console_is_booked_in(&system).await;
    onboarding::a_clinic_made_in_the_terminal_is_booked_in(&system).await;
    guide::conversations_have_the_guides_keys(&system);
    guide::patients_of_two_clinics_are_different_sets(&system);
    guide::pages_are_where_the_guide_says(&system);
    browser::people_do_their_work_on_the_pages(&system);
}
