//! What is measured. Every run is bounded in count and ends by itself.

#![expect(
    clippy::cast_precision_loss,
    reason = "counts far below 2^52 become figures for people"
)]

use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use reqwest::Client;
use serde_json::json;
use tokio::task::JoinSet;

use crate::district::{LARGE, WHOLE, tickable, unit_key};
use crate::phone::{Account, Phone};
use crate::{proxy, usage};

/// Where the server is.
#[derive(Args, Clone)]
pub struct Server {
    /// Its URL, on the loopback.
    #[arg(long)]
    url: String,
    /// Its process.
    #[arg(long)]
    pid: u32,
}

/// Options of [`push`].
#[derive(Args)]
pub struct Push {
    #[command(flatten)]
    server: Server,
    /// Units that the phones are spread over.
    #[arg(long, default_value_t = 53)]
    units: usize,
    #[arg(long, default_value_t = 50)]
    phones: usize,
    /// Operations of each phone in a round.
    #[arg(long, default_value_t = 200)]
    ops: usize,
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Name that makes this run's devices new ones.
    #[arg(long, default_value = "a")]
    name: String,
}

/// Options of [`bytes`].
#[derive(Args)]
pub struct Bytes {
    #[command(flatten)]
    server: Server,
    #[arg(long, default_value_t = 100)]
    ops: usize,
}

/// Options of [`pull`].
#[derive(Args)]
pub struct Pull {
    #[command(flatten)]
    server: Server,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// Options of [`idle`].
#[derive(Args)]
pub struct Idle {
    #[command(flatten)]
    server: Server,
    #[arg(long, default_value_t = 53)]
    units: usize,
    #[arg(long, default_value_t = 2_000)]
    calls: usize,
}

async fn accounts(client: &Client, url: &str, units: usize) -> anyhow::Result<Vec<Account>> {
    let mut accounts = Vec::with_capacity(units);
    for number in 0..units {
        accounts.push(Account::sign_in(client, url, &unit_key(number)).await?);
    }
    Ok(accounts)
}

fn client() -> anyhow::Result<Client> {
    Ok(Client::builder()
        .gzip(true)
        .brotli(true)
        .pool_max_idle_per_host(256)
        .timeout(Duration::from_mins(2))
        .build()?)
}

/// Many phones send at once what they ticked before. Everything must have arrived exactly once.
pub async fn push(options: Push) -> anyhow::Result<()> {
    let (client, server) = (client()?, options.server);
    let accounts = accounts(&client, &server.url, options.units.min(options.phones)).await?;
    let mut models = Vec::new();
    let mut before = 0;
    for account in &accounts {
        let mut phone = Phone::new(account.clone(), "model");
        let tasks = tickable(&phone.load().await?);
        anyhow::ensure!(!tasks.is_empty(), "nothing to tick in {}", account.unit);
        before += Phone::log_end(account).await?;
        models.push((phone, tasks));
    }
    let mut latencies_ms: Vec<f64> = Vec::new();
    let (mut sent, mut accepted, mut wall_s, mut cpu_s) = (0, 0, 0.0, 0.0);
    for round in 0..options.rounds {
        // Every phone knows what was there when the round began.
        for (model, _) in &mut models {
            model.catch_up().await?;
        }
        let mut phones = Vec::with_capacity(options.phones);
        for number in 0..options.phones {
            let at = number % accounts.len();
            let (model, tasks) = &models[at];
            let name = format!("{}{round}x{number}", options.name);
            let mut phone = Phone::like(model, accounts[at].clone(), &name);
            for op in 0..options.ops {
                phone.tick(
                    &tasks[(op + number * 7) % tasks.len()],
                    (op + number) % 3 != 0,
                );
            }
            phones.push(phone);
        }
        let cpu_before = usage::cpu_s(server.pid);
        let started = Instant::now();
        let mut running = JoinSet::new();
        for mut phone in phones {
            running.spawn(async move {
                let done = phone.drain().await;
                (done, phone.accepted(), started.elapsed())
            });
            // Each sends as soon as it is ready, not when the last one is: they share a core that phones do not share.
            tokio::task::yield_now().await;
        }
        while let Some(done) = running.join_next().await {
            let (done, count, elapsed) = done?;
            done?;
            sent += options.ops;
            accepted += count;
            latencies_ms.push(elapsed.as_secs_f64() * 1_000.0);
        }
        wall_s += started.elapsed().as_secs_f64();
        cpu_s += usage::cpu_s(server.pid) - cpu_before;
    }
    let mut after = 0;
    for account in &accounts {
        after += Phone::log_end(account).await?;
    }
    let logged = usize::try_from(after - before).context("the log shrank")?;
    latencies_ms.sort_by(f64::total_cmp);
    let (rss_mb, peak_mb) = usage::memory_mb(server.pid);
    println!(
        "{}",
        json!({
            "ops": sent, "wall_s": wall_s, "ops_per_s": sent as f64 / wall_s,
            "p50_ms": percentile(&latencies_ms, 50), "p99_ms": percentile(&latencies_ms, 99),
            "cpu_s_per_1000": cpu_s * 1_000.0 / sent as f64, "rss_mb": rss_mb, "peak_mb": peak_mb,
            "lost": sent.saturating_sub(logged), "doubled": logged.saturating_sub(sent),
            "refused": sent - accepted,
        })
    );
    Ok(())
}

fn percentile(sorted: &[f64], of_100: usize) -> f64 {
    let at = (sorted.len() * of_100 / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

/// What one phone's ticks take on the socket, both ways.
pub async fn bytes(options: Bytes) -> anyhow::Result<()> {
    let (client, server) = (client()?, options.server);
    let account = Account::sign_in(&client, &server.url, &unit_key(0)).await?;
    let mut model = Phone::new(account.clone(), "model");
    let tasks = tickable(&model.load().await?);
    let address = server.url.trim_start_matches("http://").to_owned();
    let (url, counts) = proxy::start(address).await?;
    let mut phone = Phone::like(&model, account.via(&url), "bytes");
    // The connection is open before the count.
    phone.exchange().await?;
    for op in 0..options.ops {
        phone.tick(&tasks[op * 13 % tasks.len()], op % 3 != 0);
    }
    counts.take();
    phone.drain().await?;
    let (up, down) = counts.take();
    println!(
        "{}",
        json!({
            "up": up as f64 / options.ops as f64, "down": down as f64 / options.ops as f64,
            "accepted": phone.accepted(),
        })
    );
    Ok(())
}

/// Fresh phones load the large units, one after the other.
pub async fn pull(options: Pull) -> anyhow::Result<()> {
    let (client, server) = (client()?, options.server);
    let address = server.url.trim_start_matches("http://").to_owned();
    let (proxied, counts) = proxy::start(address).await?;
    let mut told = serde_json::Map::new();
    for (name, (unit, records)) in [("large", LARGE), ("whole", WHOLE)] {
        let account = Account::sign_in(&client, &server.url, unit).await?;
        let mut times_ms = Vec::new();
        for _ in 0..options.rounds {
            let started = Instant::now();
            let mut phone = Phone::new(account.clone(), "fresh");
            phone.load().await?;
            times_ms.push(started.elapsed().as_secs_f64() * 1_000.0);
            anyhow::ensure!(
                phone.replica.checkpoint().len() >= records,
                "{unit} is short"
            );
        }
        counts.take();
        Phone::new(account.via(&proxied), "fresh").load().await?;
        let (_, down) = counts.take();
        let first_ms = times_ms.first().copied().unwrap_or_default();
        times_ms.sort_by(f64::total_cmp);
        told.insert(
            name.to_owned(),
            json!({
                "first_ms": first_ms, "median_ms": percentile(&times_ms, 50), "bytes_down": down,
            }),
        );
    }
    println!("{}", serde_json::Value::Object(told));
    Ok(())
}

/// Phones that know everything call again.
pub async fn idle(options: Idle) -> anyhow::Result<()> {
    let (client, server) = (client()?, options.server);
    let accounts = accounts(&client, &server.url, options.units).await?;
    let mut phones = Vec::new();
    let mut history = 0;
    for account in &accounts {
        let mut phone = Phone::new(account.clone(), "idle");
        phone.load().await?;
        phone.exchange().await?;
        history += Phone::log_end(account).await?;
        phones.push(phone);
    }
    let before = usage::cpu_s(server.pid);
    let started = Instant::now();
    for call in 0..options.calls {
        let at = call % phones.len();
        phones[at].exchange().await?;
    }
    let cpu_s = usage::cpu_s(server.pid) - before;
    println!(
        "{}",
        json!({
            "history": history, "calls": options.calls,
            "cpu_ms_per_call": cpu_s * 1_000.0 / options.calls as f64,
            "wall_ms_per_call": started.elapsed().as_secs_f64() * 1_000.0 / options.calls as f64,
        })
    );
    Ok(())
}
