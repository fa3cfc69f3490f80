#include "pool/waiting_line.hpp"

#include <utility>

namespace databased::detail {

Asker::Asker(WaitingLine& in, Sharing wanted, const std::source_location& from, Clock::time_point limit) noexcept
    : Waiter(limit), line(in), sharing(wanted), where(from) {
    line.askers_.push_back(*this);
    ++line.size_;
}

Asker::~Asker() { --line.size_; }

Asker* WaitingLine::next(bool is_given, Sharing given) noexcept {
    if (is_empty()) return nullptr;
    auto& first = static_cast<Asker&>(askers_.front());
    const bool may_share = given != Sharing::exclusive && first.sharing == given;
    return !is_given || may_share ? &first : nullptr;
}

void WaitingLine::fail_first(std::exception_ptr error) noexcept {
    if (is_empty()) return;
    auto& first = static_cast<Asker&>(askers_.front());
    first.error = std::move(error);
    first.grant();
}

void WaitingLine::fail_all(const std::exception_ptr& error) noexcept {
    while (!is_empty()) fail_first(error);
}

void WaitingLine::send_away() noexcept {
    while (!is_empty()) askers_.front().grant();
}

}  // namespace databased::detail
