use super::*;

/// A recording of this length: the head of a page, and the last one.
fn recording(seconds: u64) -> Vec<u8> {
    let page = |position: u64| [&b"OggS\0\x02"[..], &position.to_le_bytes(), &[0; 20]].concat();
    [page(0), vec![1; 300], page(seconds * ogg::RATE)].concat()
}

#[test]
fn the_last_page_tells_the_length() {
    assert_eq!(length(&recording(42)), Some(Duration::from_secs(42)));
    assert!(is_short(&recording(180)));
    assert!(!is_short(&recording(181)));
    let forged = [recording(600), recording(1)].concat();
    assert!(!is_short(&forged), "the last page says what its sender likes");
    assert_eq!(length(b"ID3"), None);
    assert_eq!(length(b"OggS"), None, "cut off");
    assert!(!is_short(b"ID3") && !is_short(b""), "of no known length");
}

#[tokio::test]
async fn a_recording_has_its_time_and_ends_when_all_do() {
    let transcriber = Transcriber::new("http://127.0.0.1:1/v1", None, "m".to_owned()).unwrap();
    let never = std::future::pending::<Result<(), Unheard>>;
    let patient = transcriber.clone().with_patience(Duration::from_millis(20));
    let late = Instant::now() + Duration::from_mins(1);
    assert_eq!(patient.in_time(late, never()).await, Err(Unheard::Late));
    let soon = Instant::now() + Duration::from_millis(20);
    assert_eq!(transcriber.in_time(soon, never()).await, Err(Unheard::Late));
    assert_eq!(transcriber.in_time(soon, async { Ok(()) }).await, Err(Unheard::Late), "nothing is left");
    assert_eq!(transcriber.in_time(late, async { Ok(()) }).await, Ok(()));
}

#[test]
fn addresses_that_cannot_be_called_are_refused_and_the_key_is_hidden() {
    let key = || Some(SecretString::from("sk-segredo"));
    for url in ["", "api.openai.com", "file:///etc"] {
        assert_eq!(Transcriber::new(url, key(), String::new()).unwrap_err(), ClientError::Address);
    }
    let made = Transcriber::new("https://api.openai.com/v1/audio/transcriptions", key(), String::new());
    assert!(!format!("{:?}", made.unwrap()).contains("sk-"));
}
