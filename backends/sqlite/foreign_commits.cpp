#include "foreign_commits.hpp"

#include <databased/error.hpp>

#include <sqlite3.h>

namespace databased::sqlite {

ForeignCommits::ForeignCommits(EventLoop& loop, const SqliteOptions& options, Inbox& inbox)
    : loop_(loop), inbox_(inbox), options_(options) {
    open();
    loop_.start(*this, detail::Clock::now() + interval);
}

/// Whoever locks the whole file does so for a moment: it is tried again. A checkpoint would hold up the loop, so the
/// log is left to others if nobody else has the file open at the end.
void ForeignCommits::open() {
    handle_.emplace(options_, Access::read);
    auto error = handle_->open();
    if (!error) error = handle_->configure();
    if (!error) {
        sqlite3_db_config(handle_->get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        version_ = version();
        return;
    }
    const bool is_locked = handle_->found_busy();
    handle_.reset();
    if (!is_locked) std::rethrow_exception(error);
}

void ForeignCommits::on_time() noexcept {
    if (handle_) {
        const std::string now = version();
        if (now != version_) inbox_.put_all_tables();
        version_ = now;
    } else {
        try {
            open();
            if (handle_) inbox_.put_all_tables();  // who has written meanwhile is not known
        } catch (...) {
            // the file is gone, which is noticed by ping()
        }
    }
    loop_.start(*this, detail::Clock::now() + interval);
}

}  // namespace databased::sqlite
