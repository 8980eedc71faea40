//! The server of the page: hands out the page, and answers its requests by events.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use rayon::ThreadPool;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

use super::guard::{Guard, Refusal};
use crate::cli::{EXIT_INTERRUPTED, Outcome};
use crate::explore::{Page, Session, page};
use crate::study::Progress;

/// Bytes of a request, at most.
const MOST_BYTES: usize = 256 * 1024;
/// Runs at a time, at most: the newest of a page, and one that is coming to its end.
const MOST_RUNS: usize = 2;
/// Requests that may wait for their turn.
const MOST_IN_LINE: usize = 8;
/// Messages that may wait for a client.
const MOST_WAITING: usize = 64;

/// What requests share.
struct Shared {
    session: Arc<Session>,
    pool: Arc<ThreadPool>,
    guard: Guard,
    page: Page,
    policy: HeaderValue,
    /// Turns to run.
    runs: Arc<Semaphore>,
    /// Places in the line before them, those who have their turn among them.
    line: Arc<Semaphore>,
}

/// Serves until it is ended.
pub fn serve(
    listener: TcpListener,
    session: Arc<Session>,
    pool: Arc<ThreadPool>,
    guard: Guard,
    ended: &Notify,
) -> Outcome {
    let page = page(&session.title(), None);
    let policy = content_policy(&page);
    let shared = Arc::new(Shared {
        session,
        pool,
        guard,
        policy: HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'")),
        page,
        runs: Arc::new(Semaphore::new(MOST_RUNS)),
        line: Arc::new(Semaphore::new(MOST_RUNS + MOST_IN_LINE)),
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let serving = axum::serve(listener, routes(shared));
        // What is under way is dropped: a run ends with its client.
        tokio::select! {
            served = async { serving.await } => served,
            () = ended.notified() => Ok(()),
        }
    })?;
    // Runs that are under way come to their end by themselves: nothing waits for them.
    runtime.shutdown_background();
    Ok(EXIT_INTERRUPTED)
}

/// What tells the server to end. From here on the first interrupt does, and the second ends the program.
pub fn end_on_interrupt() -> Arc<Notify> {
    let ended = Arc::new(Notify::new());
    let seen = Arc::new(AtomicBool::new(false));
    let end = {
        let ended = Arc::clone(&ended);
        move || {
            if seen.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(EXIT_INTERRUPTED));
            }
            ended.notify_one();
        }
    };
    let of_keyboard = end.clone();
    let _ = ctrlc::set_handler(of_keyboard);
    #[cfg(unix)]
    if let Ok(mut signals) = signal_hook::iterator::Signals::new([signal_hook::consts::SIGTERM]) {
        std::thread::spawn(move || signals.forever().for_each(|_| end()));
    }
    ended
}

fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/{token}/", get(show))
        .route("/{token}/ask", post(ask))
        .fallback(|| async { (StatusCode::NOT_FOUND, "there is nothing here\n") })
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guarded))
        .with_state(shared)
}

/// Style and script of the page and nothing else; nothing may be asked but this server, and nobody may frame the page.
fn content_policy(page: &Page) -> String {
    let hash = |text: &str| {
        let digest = Sha256::digest(text.as_bytes());
        format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(digest))
    };
    format!(
        "default-src 'none'; style-src {}; script-src {}; connect-src 'self'; img-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash(page.style),
        hash(&page.script)
    )
}

/// Looks at names before anything else, and puts the headers on what goes out.
async fn guarded(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let checked = {
        let of = |name: &str| text_of(request.headers(), name);
        shared.guard.check_names(of("host"), of("origin"), of("sec-fetch-site"))
    };
    let mut response = match checked {
        Ok(()) => next.run(request).await,
        Err(refusal) => refuse(refusal),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, shared.policy.clone());
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// A header that is given once.
fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?.to_str().ok()?;
    // Given twice it is as good as wrong.
    Some(if all.next().is_some() { "" } else { first })
}

fn refuse(refusal: Refusal) -> Response {
    (StatusCode::FORBIDDEN, format!("{}\n", refusal.sentence())).into_response()
}

async fn show(State(shared): State<Arc<Shared>>, Path(token): Path<String>) -> Response {
    match shared.guard.check_token(&token) {
        Ok(()) => axum::response::Html(shared.page.html.clone()).into_response(),
        Err(refusal) => refuse(refusal),
    }
}

/// Stops a run when its client has gone, or it has ended.
struct Leave(Arc<Progress>);

impl Drop for Leave {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

async fn ask(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    if let Err(refusal) = shared.guard.check_token(&token) {
        return refuse(refusal);
    }
    // A form of another site can send text, but not JSON.
    if text_of(&headers, "content-type").is_none_or(|kind| !kind.starts_with("application/json")) {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "a request is application/json\n").into_response();
    }
    let too_many = || {
        (
            StatusCode::TOO_MANY_REQUESTS,
            "as many runs are under way as may be: try again in a moment\n",
        )
            .into_response()
    };
    let Ok(place) = Arc::clone(&shared.line).try_acquire_owned() else {
        return too_many();
    };
    // Who goes away while waiting leaves the line.
    let Ok(turn) = Arc::clone(&shared.runs).acquire_owned().await else {
        return too_many();
    };
    let progress = Arc::new(Progress::default());
    let (send, receive) = mpsc::channel(MOST_WAITING);
    let leave = Leave(Arc::clone(&progress));
    let session = Arc::clone(&shared.session);
    let pool = Arc::clone(&shared.pool);
    tokio::task::spawn_blocking(move || answer(&session, &pool, &body, &progress, &send, [place, turn]));
    let events = ReceiverStream::new(receive).map(move |message: Value| {
        // The stream is dropped when the client goes, and this with it.
        let _ = &leave;
        Ok::<_, Infallible>(format!("data: {message}\n\n"))
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream")];
    (headers, Body::from_stream(events)).into_response()
}

fn answer(
    session: &Session,
    pool: &ThreadPool,
    request: &str,
    progress: &Progress,
    send: &mpsc::Sender<Value>,
    held: [OwnedSemaphorePermit; 2],
) {
    pool.install(|| {
        session.answer(request, progress, |message| {
            if send.blocking_send(message).is_err() {
                progress.stop.store(true, Ordering::Relaxed);
            }
        });
    });
    drop(held);
}
