//! What patients sent beside words, as the server hands it out: one picture, one page, one second of silence.

use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Evolution, answer, parse, refusal};

const PICTURE: &[u8] = include_bytes!("page/foto.png");
const PAGE: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
/// A frame of MPEG audio in which nothing is heard, and how many make a second.
const FRAME: [u8; 4] = [0xff, 0xfb, 0x90, 0xc4];
const FRAME_BYTES: usize = 417;
const FRAMES: usize = 38;

fn silence() -> Vec<u8> {
    let mut frame = FRAME.to_vec();
    frame.resize(FRAME_BYTES, 0);
    frame.repeat(FRAMES)
}

/// `POST /chat/getBase64FromMediaMessage/{instance}`: found by the message's id, within the instance.
pub(super) async fn fetch(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let given = match server.guard(&name, &headers).and_then(|()| parse(&bytes)) {
        Ok(given) => given,
        Err(refused) => return *refused,
    };
    let id = given["message"]["key"]["id"].as_str().unwrap_or_default();
    let kind = server.state().instances.get(&name).and_then(|instance| {
        let mut messages = instance.chats.values().flat_map(|chat| &chat.messages);
        messages.find(|message| message.id == id && !message.deleted).map(|message| message.kind.clone())
    });
    let (kind, mimetype, media) = match kind.as_deref() {
        Some("image") => ("imageMessage", "image/jpeg", PICTURE.to_vec()),
        Some("sticker") => ("stickerMessage", "image/webp", PICTURE.to_vec()),
        Some("document") => ("documentMessage", "application/pdf", PAGE.as_bytes().to_vec()),
        Some("audio") => ("audioMessage", "audio/ogg; codecs=opus", silence()),
        Some(_) => return refusal(StatusCode::BAD_REQUEST, json!(["The message is not of the media type"])),
        None => return refusal(StatusCode::BAD_REQUEST, json!(["Message not found"])),
    };
    let base64 = STANDARD.encode(media);
    answer(
        StatusCode::CREATED,
        &json!({ "mediaType": kind, "mimetype": mimetype, "base64": base64, "buffer": null }),
    )
}
