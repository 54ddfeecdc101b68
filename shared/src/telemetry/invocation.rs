//! What the function is running for: by which name AWS called it, on whose behalf, in which trace.
//!
//! It goes with the task and not with a span of the log, because rows and messages of the queue carry the correlation id too: what is written must
//! not depend on what is logged, and no filter of levels may take it away. Set once at each edge: [`finish`](crate::http::edge::finish) for
//! requests, the `main` of a worker for batches and sweeps; [`on_behalf_of`] for what was asked for somewhere else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use lambda_http::Context;
use uuid::Uuid;

use super::Trace;

/// The longest correlation id, in characters; `saida_correlacao_check` says the same.
const LONGEST: usize = 64;

/// Whether this process has been called before.
static CALLED: AtomicBool = AtomicBool::new(false);
/// What the process runs for, or ran for last: the runtime and what it started speak outside of the task.
static LAST: Mutex<Option<Scope>> = Mutex::new(None);

tokio::task_local! {
    static CURRENT: Scope;
}

/// One call of the function.
#[derive(Debug)]
pub struct Invocation {
    request_id: Option<String>,
    arn: Option<String>,
    trace: Option<Trace>,
    correlation: Arc<str>,
    cold: bool,
    sampled: bool,
}

/// A call, and on whose behalf.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    invocation: Option<Arc<Invocation>>,
    correlation: Option<Arc<str>>,
}

impl Invocation {
    /// The call Lambda tells of; what it does carries its name, until somebody knows better.
    pub fn begin(context: &Context) -> Self {
        let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let request_id = told(&context.request_id);
        let correlation = request_id.clone().filter(|id| is_correlation(id));
        let trace = context.xray_trace_id.as_deref().and_then(Trace::xray);
        Self {
            request_id,
            arn: told(&context.invoked_function_arn),
            trace: trace.or_else(|| super::variable("_X_AMZN_TRACE_ID").as_deref().and_then(Trace::xray)),
            correlation: correlation.unwrap_or_else(|| Uuid::now_v7().to_string()).into(),
            cold: !CALLED.swap(true, Ordering::Relaxed),
            sampled: super::draws_debug(),
        }
    }

    /// It answers the request of this name, which says what trace it is part of, should Lambda not.
    #[must_use]
    pub fn answers(mut self, id: &str, headers: &HeaderMap) -> Self {
        self.correlation = id.into();
        self.trace = self.trace.or_else(|| Trace::of(headers));
        self
    }

    /// Does the work of the call. It is boxed: what a function does in all is too deep for the compiler as one value.
    pub fn around<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        let scope = Scope { correlation: Some(self.correlation.clone()), invocation: Some(Arc::new(self)) };
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(scope.clone());
        CURRENT.scope(scope, Box::pin(work))
    }
}

/// Does what was asked for somewhere else: its lines, rows and messages carry the correlation id from there. Without one, that of the call.
pub fn on_behalf_of<F: Future>(
    correlation: Option<&str>,
    work: F,
) -> impl Future<Output = F::Output> + use<F> {
    let mut scope = CURRENT.try_with(Scope::clone).unwrap_or_default();
    if let Some(id) = correlation.filter(|id| is_correlation(id)) {
        scope.correlation = Some(id.into());
    }
    CURRENT.scope(scope, Box::pin(work))
}

/// The correlation id of what is being done.
pub fn correlation() -> Option<Arc<str>> {
    CURRENT.try_with(|scope| scope.correlation.clone()).ok().flatten()
}

/// The trace of what is being done.
pub fn trace() -> Option<Trace> {
    CURRENT.try_with(|scope| scope.invocation.as_ref()?.trace.clone()).ok().flatten()
}

/// Whether a text from outside may be a correlation id: one that a gateway, a function or a queue made.
pub fn is_correlation(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:=+/".contains(&byte))
}

/// Whether the call that is being done is the first of its process.
pub(super) fn is_cold() -> bool {
    CURRENT.try_with(|scope| scope.invocation.as_ref().is_some_and(|call| call.cold)).unwrap_or_default()
}

impl Scope {
    /// Of what is being done, else of what was done last.
    pub(super) fn now() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_else(|_| {
            LAST.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
        })
    }

    /// Whether debug lines of it are wanted.
    pub(super) fn is_sampled(&self) -> bool {
        self.invocation.as_ref().is_some_and(|call| call.sampled)
    }

    /// Before its first call a process is being started.
    pub(super) fn is_cold(&self) -> bool {
        self.invocation.as_ref().map_or_else(|| !CALLED.load(Ordering::Relaxed), |call| call.cold)
    }

    /// The keys of a log line.
    pub(super) fn keys(&self) -> [(&'static str, Option<String>); 4] {
        let call = self.invocation.as_ref();
        [
            ("function_arn", call.and_then(|call| call.arn.clone())),
            ("function_request_id", call.and_then(|call| call.request_id.clone())),
            ("xray_trace_id", call.and_then(|call| Some(call.trace.as_ref()?.root()))),
            ("correlation_id", self.correlation.as_deref().map(str::to_owned)),
        ]
    }
}

#[cfg(test)]
impl Invocation {
    pub(super) fn with_sampling(mut self, sampled: bool) -> Self {
        self.sampled = sampled;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_done_for_somebody_carries_their_name_and_then_ones_own() {
        let call = Invocation::begin(&Context::default()).answers("JKJaXmPLvHcESHA=", &HeaderMap::new());
        call.around(async {
            assert_eq!(correlation().as_deref(), Some("JKJaXmPLvHcESHA="));
            let theirs = on_behalf_of(Some("theirs"), async { correlation() });
            let (theirs, own) = tokio::join!(theirs, async { correlation() });
            assert_eq!((theirs.as_deref(), own.as_deref()), (Some("theirs"), Some("JKJaXmPLvHcESHA=")));
            let too_long = "a".repeat(65);
            for none in [None, Some(""), Some("a b"), Some("é"), Some(too_long.as_str())] {
                let same = on_behalf_of(none, async { correlation() }).await;
                assert_eq!(same.as_deref(), Some("JKJaXmPLvHcESHA="), "{none:?}");
            }
        })
        .await;
        assert_eq!(correlation(), None);
        assert_eq!(on_behalf_of(Some("theirs"), async { correlation() }).await.as_deref(), Some("theirs"));
    }

    #[tokio::test]
    async fn lambdas_own_trace_counts_before_what_a_request_says() {
        let headers: HeaderMap = [(
            http::HeaderName::from_static("traceparent"),
            http::HeaderValue::from_static("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"),
        )]
        .into_iter()
        .collect();
        let root = async |context: &Context| {
            let call = Invocation::begin(context).answers("a", &headers);
            call.around(async { trace() }).await.unwrap().root()
        };
        let mut context = Context::default();
        assert_eq!(root(&context).await, "1-5759e988-bd862e3fe1be46a994272793");
        context.xray_trace_id =
            Some("Root=1-6759e988-ad862e3fe1be46a994272793;Parent=53995c3f42cd8ad8".to_owned());
        assert_eq!(root(&context).await, "1-6759e988-ad862e3fe1be46a994272793");
    }
}
