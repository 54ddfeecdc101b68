//! `/`, `/app`, `/console`, `/agendar` and `/static/*`: the web app (`web/`), embedded in the binary as it was built. No store, no secret, no session.
//!
//! | route | does |
//! |---|---|
//! | `GET /` | sends the browser to the login page |
//! | `GET /app{/*}` | the app of a clinic |
//! | `GET /console{/*}` | the operators' app |
//! | `GET /agendar` | where patients book; also in a frame of the clinic's own site |
//! | `GET /sw.js` | the service worker: what the app needs is there without a connection |
//! | `GET /problemas` | every refusal of the API; where their `type` points |
//! | `GET /termos` | the terms of use |
//! | `GET /seus-dados` | what patients read of their data: who answers for it, what is kept, how to see or erase it |
//! | `GET /convite` | where who holds an invitation's link chooses a password; the secret is behind `#` and never sent here |
//! | `GET /static/{*rest}` | a page or one of its files |
//! | `GET /api/saude/site` | what was built |
//!
//! A page is served under its own name and asked for again each time (`no-cache` with an `ETag`); what it refers to is served
//! under a name that contains its content's hash and never asked for twice, in brotli where the browser reads it. [`assets`] are the files, [`documents`] what is
//! written into some, [`pages`] answers, [`headers`] keeps strangers' code out. The pages talk to the other functions' `/api`, never this crate.

pub mod assets;
pub mod documents;
pub mod headers;
pub mod pages;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::middleware::map_response;
use axum::routing::get;
use http::Method;
use shared::auth::Access;
use shared::http::health::Saude;
use shared::http::{Doc, Route, build_router, health};

use crate::assets::{AssetError, Assets};

/// The files, ready to be served; cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    assets: Arc<Assets>,
}

impl AppState {
    /// Indexes the embedded files.
    ///
    /// # Errors
    /// When a file is of no known type.
    pub fn load() -> Result<Self, AssetError> {
        Ok(Self { assets: Arc::new(Assets::embedded()?) })
    }
}

/// Every route, open to anybody: what is secret comes from the API.
pub fn routes() -> Vec<Route<AppState>> {
    vec![
        Route::new(Method::GET, "/", Access::Open, get(pages::root)),
        Route::new(Method::GET, "/app", Access::Open, get(pages::app)),
        Route::new(Method::GET, "/app/{*rest}", Access::Open, get(pages::app)),
        Route::new(Method::GET, "/console", Access::Open, get(pages::console)),
        Route::new(Method::GET, "/console/{*rest}", Access::Open, get(pages::console)),
        Route::new(Method::GET, "/agendar", Access::Open, get(pages::booking)),
        Route::new(Method::GET, "/sw.js", Access::Open, get(pages::worker)),
        Route::new(Method::GET, "/problemas", Access::Open, get(pages::problems)),
        Route::new(Method::GET, "/termos", Access::Open, get(pages::terms)),
        Route::new(Method::GET, "/seus-dados", Access::Open, get(pages::your_data)),
        Route::new(Method::GET, "/convite", Access::Open, get(pages::invitation)),
        Route::new(Method::GET, "/static/{*rest}", Access::Open, get(pages::file)),
        Route::new(
            Method::GET,
            "/api/saude/site",
            Access::Open,
            get(async || health::answer("site", Instant::now(), &[])),
        )
        .doc(Doc::new("Se a função responde.").ok::<Saude>()),
    ]
}

/// The function's router.
pub fn router(state: AppState) -> Router {
    build_router(routes(), None, state).layer(map_response(headers::protect))
}
