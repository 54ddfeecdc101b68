//! `sqlx::migrate!` embeds the migrations and does not notice a new file by itself.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
