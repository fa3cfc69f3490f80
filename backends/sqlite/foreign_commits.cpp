#include "foreign_commits.hpp"

namespace databased::sqlite {

ForeignCommits::ForeignCommits(EventLoop& loop, const SqliteOptions& options, Inbox& inbox)
    : loop_(loop), inbox_(inbox), handle_(options, Access::read) {
    if (auto error = handle_.open()) std::rethrow_exception(error);
    if (auto error = handle_.configure()) std::rethrow_exception(error);
    version_ = version();
    loop_.start(*this, detail::Clock::now() + interval);
}

void ForeignCommits::on_time() noexcept {
    const std::string now = version();
    if (now != version_) inbox_.put_all_tables();
    version_ = now;
    loop_.start(*this, detail::Clock::now() + interval);
}

}  // namespace databased::sqlite
