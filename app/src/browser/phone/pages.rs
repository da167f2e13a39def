//! The first load of a scope, page by page.

use std::rc::Rc;

use futures_util::future::{OptionFuture, join};
use sync::{Link, Scope, StoreChange};

use super::Phone;
use crate::browser::api::{self, Fetched};
use crate::browser::clock;

impl Phone {
    /// Loads the pages of scopes that have no snapshot yet, or whose history was replaced. What was kept stays when the line
    /// breaks: the next call goes on there.
    pub(super) async fn load_pages(self: &Rc<Self>) {
        if self.exchange.borrow().link() != Link::Online {
            return;
        }
        let mut scopes = self.book.me().scopes();
        let mut anew: Option<Scope> = None;
        let mut early = None;
        while let Some(mut wanted) = self
            .book
            .with_replica(|replica| self.exchange.borrow().next_page(replica, &scopes))
        {
            let scope = wanted.scope.clone();
            if anew.as_ref() == Some(&scope) {
                wanted.at = None;
            }
            let fetched = match early.take() {
                Some((of, fetched)) if of == wanted => fetched,
                _ => api::page(&wanted).await,
            };
            match fetched {
                Ok(Fetched::Page(page, text)) => {
                    let following = page.following();
                    let changes = self
                        .book
                        .with_replica(|replica| self.exchange.borrow().take_page(replica, *page));
                    if changes.is_empty() {
                        // Overtaken: a later call asks again.
                        scopes.retain(|it| *it != scope);
                    } else {
                        // The next page is on its way while this one is written down.
                        let fetching = OptionFuture::from(following.as_ref().map(api::page));
                        let (kept, fetched) = join(self.keep(changes, text), fetching).await;
                        if !kept {
                            return;
                        }
                        early = following.zip(fetched);
                    }
                    self.book.with_replica(|replica| {
                        self.exchange.borrow_mut().page_kept(replica, &scope);
                    });
                    anew = None;
                }
                // The server has no more of that snapshot. What came of it stays on the screen until another begins.
                Ok(Fetched::Gone) => anew = Some(scope),
                Ok(Fetched::Denied) => {
                    scopes.retain(|it| *it != scope);
                    self.keep(vec![StoreChange::ForgetScope(scope)], None).await;
                }
                Err(failure) => {
                    self.exchange
                        .borrow_mut()
                        .handle_failure(clock::now_ms(), failure);
                    return;
                }
            }
        }
    }
}
