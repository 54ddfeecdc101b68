//! The harness does what Lambda does, and says so when a function does not.
#![expect(clippy::unwrap_used, reason = "tests stop where they fail")]

use std::path::Path;

use axum::body::Bytes;
use bench::event::Request;
use bench::lambda::Environment;

async fn start(program: &str) -> Environment {
    let log = std::env::temp_dir().join(format!("hi-bench-{}.log", std::process::id()));
    Environment::start(Path::new(program), "f", &[], &log).await.unwrap()
}

#[tokio::test]
async fn a_function_answers_one_event_after_the_other() {
    let mut empty = start(env!("CARGO_BIN_EXE_empty")).await;
    for _ in 0..3 {
        let answer = empty.call(&Request::new("GET", "a.localhost", "/x?y=1").event()).await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.value);
    }
    assert!(empty.most_resident().unwrap() > 1_000_000 && !empty.cpu().unwrap().is_zero());
    empty.stop().await.unwrap();
}

#[tokio::test]
async fn an_error_is_told_and_the_function_goes_on() {
    let mut empty = start(env!("CARGO_BIN_EXE_empty")).await;
    let error = empty.send(Bytes::from_static(b"?")).await.unwrap_err().to_string();
    assert!(error.starts_with("f failed: "), "{error}");
    assert_eq!(empty.call(&Request::new("GET", "a.localhost", "/").event()).await.unwrap().status(), 200);
    empty.stop().await.unwrap();
}

#[tokio::test]
async fn a_program_that_ends_is_no_answer() {
    let mut ended = start("/bin/false").await;
    let error = ended.send(Bytes::from_static(b"{}")).await.unwrap_err().to_string();
    assert!(error.contains("ended"), "{error}");
}
