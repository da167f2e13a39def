//! `sotay`: serves the handbook, imports workbooks.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use domain::date::CivilDate;
use domain::rights::{Grant, Role};
use server::accounts::enrol::{Enrolment, enrol};
use server::accounts::password::Passwords;
use server::clock::Clock;
use server::serve::{self, Options};
use server::storage::{self, Storage, postgres, sqlite::copies};
use server::{demo, import, intake};
use sync::{AuthorId, Scope};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Gives memory back after a rush of phones, and is quicker than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sổ tay Đại hội: the congress handbook's server.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the app and its API.
    Serve(Serve),
    /// Imports a district's workbook: all of it or nothing.
    Import(Import),
    /// Accounts.
    #[command(subcommand)]
    User(User),
    /// Copies the database to a new file and reads the copy through, also while the server runs.
    Backup(Backup),
    /// Puts a backup in the place of the database, while the server stands; phones then send again what it lacks.
    Restore(Restore),
    /// Makes everything that follows from the log anew from the log.
    Rebuild(Rebuild),
}

/// Where the database is.
#[derive(Args)]
struct Store {
    /// Folder of the database; made when missing.
    #[arg(long, env = "SOTAY_DATA", default_value = "data")]
    data: PathBuf,
    /// A PostgreSQL database (postgres://…) instead of the folder's own.
    #[arg(long, env = "SOTAY_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

impl Store {
    async fn open(&self) -> anyhow::Result<Arc<dyn Storage>> {
        storage::open(&self.data, self.database.as_deref())
            .await
            .context("the database")
    }
}

#[derive(Args)]
struct Backup {
    /// The file to make.
    file: PathBuf,
    #[command(flatten)]
    store: Store,
}

#[derive(Args)]
struct Restore {
    /// The backup; none for a PostgreSQL database, which its own tools put back before.
    file: Option<PathBuf>,
    #[command(flatten)]
    store: Store,
}

#[derive(Args)]
struct Rebuild {
    #[command(flatten)]
    store: Store,
}

#[derive(Args)]
struct Serve {
    /// Address to listen on.
    #[arg(long, env = "SOTAY_ADDR", default_value = "127.0.0.1:3000")]
    addr: SocketAddr,
    #[command(flatten)]
    store: Store,
    /// Folder of the app's files, as `cargo leptos build` writes it.
    #[arg(long, env = "SOTAY_SITE", default_value = "target/site")]
    site: PathBuf,
    /// Fixes the civil day (yyyy-mm-dd), for tests and pictures.
    #[arg(long, env = "SOTAY_TODAY", value_parser = parse_day)]
    today: Option<CivilDate>,
    /// Believes `X-Forwarded-For` of a proxy in front.
    #[arg(long, env = "SOTAY_BEHIND_PROXY")]
    behind_proxy: bool,
    /// Fills an empty store with the demo workbook and demo accounts.
    #[arg(long)]
    demo: bool,
}

#[derive(Args)]
struct Import {
    /// The workbook (.xlsx).
    file: PathBuf,
    /// Prints what would change, and changes nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    store: Store,
}

#[derive(Subcommand)]
enum User {
    /// Makes an account; reads its first password from the standard input.
    Add(UserAdd),
    /// Withdraws a role in a unit as of now; what was written while it held still counts.
    Revoke(UserRevoke),
}

#[derive(Args)]
struct UserRevoke {
    /// Sign-in name.
    user: String,
    /// The role, as for `user add`.
    #[arg(long, value_parser = parse_role)]
    role: Role,
    /// Key of the unit.
    #[arg(long)]
    unit: String,
    #[command(flatten)]
    store: Store,
}

#[derive(Args)]
struct UserAdd {
    /// Sign-in name.
    user: String,
    /// Name to show.
    #[arg(long)]
    name: String,
    /// `administrator`, `superior_lead`, `unit_secretary`, `propaganda_member` or `viewer`.
    #[arg(long, value_parser = parse_role)]
    role: Role,
    /// Key of the unit.
    #[arg(long)]
    unit: String,
    #[command(flatten)]
    store: Store,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match Arguments::parse().command {
        Command::Serve(arguments) => run_server(arguments).await?,
        Command::Import(arguments) => return run_import(arguments).await,
        Command::User(User::Add(arguments)) => add_user(arguments).await?,
        Command::User(User::Revoke(arguments)) => revoke(arguments).await?,
        Command::Backup(arguments) => back_up(arguments).await?,
        Command::Restore(arguments) => restore(arguments).await?,
        Command::Rebuild(arguments) => rebuild(&arguments.store).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn run_server(arguments: Serve) -> anyhow::Result<()> {
    let state = serve::open(&Options {
        data: arguments.store.data,
        database: arguments.store.database,
        site: arguments.site,
        today: arguments.today,
        behind_proxy: arguments.behind_proxy,
    })
    .await?;
    if arguments.demo {
        demo::fill(&state).await.context("the demonstration")?;
    }
    let listener = TcpListener::bind(arguments.addr)
        .await
        .with_context(|| format!("cannot listen on {}", arguments.addr))?;
    say(&format!("http://{}\n", listener.local_addr()?))?;
    if arguments.demo && demo::is_here(&state).await? {
        for it in demo::people() {
            let role = it.grant.role.identifier();
            say(&format!(
                "{:24}{}  {role} {}\n",
                it.user,
                demo::PASSWORD,
                it.grant.unit
            ))?;
        }
    }
    serve::run(state, listener, serve::stop_signal()).await;
    Ok(())
}

async fn run_import(arguments: Import) -> anyhow::Result<ExitCode> {
    let imported = match import::read_file(&arguments.file) {
        Ok(imported) => imported,
        Err(problems) => {
            for problem in &problems {
                say(&format!(
                    "{}\n{}\n",
                    problem.display_vi(),
                    problem.display_en()
                ))?;
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    for notice in &imported.notices {
        say(&format!(
            "{}\n{}\n",
            notice.display_vi(),
            notice.display_en()
        ))?;
    }
    let storage = arguments.store.open().await?;
    let desired = import::desired(&imported.workbook);
    let changes = intake::plan_import(&*storage, &desired).await?;
    say(&import::summary(&changes))?;
    if !arguments.dry_run {
        intake::import(&*storage, changes, Clock::default().now_ms()).await?;
    }
    storage.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn add_user(arguments: UserAdd) -> anyhow::Result<()> {
    let storage = arguments.store.open().await?;
    let unit = Scope::new(arguments.unit);
    anyhow::ensure!(
        storage.scopes().await?.contains(&unit),
        "there is no unit {unit}"
    );
    let mut password = String::new();
    std::io::stdin().take(1_024).read_to_string(&mut password)?;
    let grant = Grant {
        role: arguments.role,
        unit,
    };
    let person = Enrolment {
        user: arguments.user,
        name: arguments.name,
        grant,
    };
    let password = password.trim_end_matches(['\r', '\n']);
    let now_ms = Clock::default().now_ms();
    enrol(&*storage, &Passwords::new()?, &[person], password, now_ms).await?;
    storage.close().await;
    Ok(())
}

async fn revoke(arguments: UserRevoke) -> anyhow::Result<()> {
    let storage = arguments.store.open().await?;
    let (user, unit) = (AuthorId::new(arguments.user), Scope::new(arguments.unit));
    let role = arguments.role.identifier();
    storage
        .withdraw_grant(&user, &unit, role, Clock::default().now_ms())
        .await
        .with_context(|| format!("{user} as {role} in {unit}"))?;
    storage.close().await;
    Ok(())
}

async fn back_up(arguments: Backup) -> anyhow::Result<()> {
    anyhow::ensure!(
        arguments.store.database.is_none(),
        "back a PostgreSQL database up with its own tools (pg_dump, or its archive of the log)"
    );
    let backup = copies::back_up(&arguments.store.data, &arguments.file).await?;
    say(&format!(
        "{}: {} operations; {} phones know what of theirs is in it\n",
        arguments.file.display(),
        backup.operations,
        backup.devices
    ))?;
    Ok(())
}

async fn restore(arguments: Restore) -> anyhow::Result<()> {
    let now_ms = Clock::default().now_ms();
    match (&arguments.store.database, &arguments.file) {
        (Some(url), None) => postgres::begin_history(url, now_ms).await?,
        (None, Some(file)) => {
            let aside = copies::restore(&arguments.store.data, file, now_ms).await?;
            if let Some(aside) = aside {
                say(&format!(
                    "the database that was here: {}\n",
                    aside.display()
                ))?;
            }
        }
        (Some(_), Some(_)) => anyhow::bail!(
            "put a PostgreSQL database back with its own tools, then run this without a file"
        ),
        (None, None) => anyhow::bail!("which backup?"),
    }
    say("a new history begins: phones send again what the backup lacks\n")?;
    Ok(())
}

async fn rebuild(store: &Store) -> anyhow::Result<()> {
    let storage = store.open().await?;
    let scopes = storage.scopes().await?;
    let mut differed = 0;
    for scope in &scopes {
        if !storage.rebuild(scope).await? {
            differed += 1;
            say(&format!("{scope}: was not what its log says\n"))?;
        }
    }
    storage.close().await;
    say(&format!(
        "{} logs folded, {differed} differed\n",
        scopes.len()
    ))?;
    Ok(())
}

/// Prints to the standard output; a reader that has gone away is an error, not a panic.
fn say(text: &str) -> std::io::Result<()> {
    std::io::stdout().lock().write_all(text.as_bytes())
}

fn parse_role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "no such role".to_owned())
}

fn parse_day(text: &str) -> Result<CivilDate, String> {
    CivilDate::parse_iso(text).map_err(|_| "a day is written yyyy-mm-dd".to_owned())
}
