//! The steps between a decision and a message on a phone, at each of which a worker may die: it is stopped when its time is over, and its machine when
//! somebody wants it.
//!
//! Tests let it die at each of [`Step::ALL`]; whoever adds a step between a commit and what follows it adds a line to the list. Without the
//! feature `testing` nothing is here but an empty function, which the compiler takes away.

/// Writes [`Step`] and [`Step::ALL`] from one list, so that no step is left out of what tests walk.
macro_rules! steps {
    ($($(#[$what:meta])* $step:ident),+ $(,)?) => {
        /// Where a worker is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Step {
            $($(#[$what])* $step),+
        }

        impl Step {
            /// All of them, in the order in which a message meets them.
            pub const ALL: [Self; [$(Self::$step),+].len()] = [$(Self::$step),+];
        }
    };
}

steps! {
    /// The webhook put a message into the queue and has not marked it as seen.
    Queued,
    /// A turn is committed, and nobody knows.
    Kept,
    /// Blue ticks were shown; the answer waits in the outbox.
    Shown,
    /// A message is claimed and has not left.
    Claimed,
    /// WhatsApp has it, and that is written nowhere.
    HandedOver,
    /// That is written; the queue still has what it answered.
    WrittenDown,
    /// All of a batch is done, and nothing of it counted.
    Done,
    /// It is counted; the queue was not told that it is done.
    Counted,
    /// A request is committed; whoever delivers was not nudged, and who asked has no answer.
    Committed,
}

/// Says that a step was reached.
#[cfg(not(feature = "testing"))]
#[inline]
#[expect(clippy::unused_async, reason = "where tests are, it may wait for ever")]
pub async fn reached(_step: Step) {}

#[cfg(feature = "testing")]
pub use dying::{dies_at, reached};

#[cfg(feature = "testing")]
mod dying {
    use std::sync::Arc;

    use tokio::sync::Notify;

    use super::Step;

    tokio::task_local! {
        /// Where the worker of this task dies, and who waits for that.
        static DIES: (Step, Arc<Notify>);
    }

    /// Says that a step was reached; who is to die there does nothing any more.
    pub async fn reached(step: Step) {
        if let Ok((at, died)) = DIES.try_with(Clone::clone)
            && at == step
        {
            died.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// Works until it reaches a step, and no further: what it holds in memory, its connections and its locks go with it. `None` when it
    /// died, what it came to when it never got there.
    pub async fn dies_at<T>(step: Step, work: impl Future<Output = T>) -> Option<T> {
        let died = Arc::new(Notify::new());
        tokio::select! {
            biased;
            () = died.notified() => None,
            done = DIES.scope((step, died.clone()), work) => Some(done),
        }
    }
}
