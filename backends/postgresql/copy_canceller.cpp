#include "copy_canceller.hpp"

#include "stopper.hpp"

#include <exception>

namespace databased::postgresql {

using detail::Clock;

void CopyCanceller::begin() noexcept {
    if (!is_at_work()) since_ = Clock::now();
    loop_.start(*this, Clock::now() + Stopper::a_moment);
}

void CopyCanceller::ask_soon() noexcept { begin(); }

void CopyCanceller::ask() noexcept {
    begin();
    try {
        if (!is_asking()) cancel_.send(state_.connection());
    } catch (const std::exception& exception) {
        listener_.on_broken(exception.what());
    }
}

void CopyCanceller::rest() noexcept {
    since_ = {};
    if (is_running()) loop_.stop(*this);
}

void CopyCanceller::on_time() noexcept {
    if (state_.is_lost || !is_at_work()) return;
    if (Clock::now() - since_ < state_.settings.cancel_timeout) return ask();
    listener_.on_broken("a bulk insert that was stopped did not end in time");
}

}  // namespace databased::postgresql
