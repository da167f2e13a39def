//! Simulated phones: the client state machine that the app runs, over HTTP, for `cargo xtask bench sync`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

mod district;
mod phone;
mod proxy;
mod runs;
mod usage;

/// As the server's: a phone's own allocator is not what is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fills an empty data folder with a district made of the demo workbook.
    Setup {
        /// Folder of the database.
        data: PathBuf,
        /// Units with accounts.
        #[arg(long, default_value_t = 53)]
        units: usize,
    },
    /// Ticks on many phones at once; prints a line of JSON.
    Push(runs::Push),
    /// Bytes on the wire of one phone's ticks, counted by a proxy; prints a line of JSON.
    Bytes(runs::Bytes),
    /// A fresh phone loads a large unit; prints a line of JSON.
    Pull(runs::Pull),
    /// Calls with nothing new; prints a line of JSON.
    Idle(runs::Idle),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Setup { data, units } => district::set_up(&data, units).await,
        Command::Push(options) => runs::push(options).await,
        Command::Bytes(options) => runs::bytes(options).await,
        Command::Pull(options) => runs::pull(options).await,
        Command::Idle(options) => runs::idle(options).await,
    }
}
