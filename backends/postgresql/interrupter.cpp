#include "interrupter.hpp"

#include <exception>

namespace databased::postgresql {

void Interrupter::look() {
    if (!state_.is_lost) follow(stopper_.look(state_.expected, is_asking(), Timer::is_running()));
}

void Interrupter::follow(Stopper::Next next) {
    switch (next) {
        case Stopper::Next::rest:
            if (Timer::is_running()) loop_.stop(*this);
            return;
        case Stopper::Next::nothing:
            return;
        case Stopper::Next::wait:
            return loop_.start(*this, detail::Clock::now() + Stopper::a_moment);
        case Stopper::Next::ask:
            return ask();
        case Stopper::Next::give_up:
            return listener_.on_broken("a statement that was stopped did not end in time");
    }
}

void Interrupter::ask() {
    const auto again = stopper_.asked(state_.expected, detail::Clock::now());
    if (!send()) return listener_.on_broken("a statement could not be stopped");
    loop_.start(*this, again);
}

bool Interrupter::send() noexcept {
    try {
        cancel_.send(state_.connection());
    } catch (const std::exception&) {
        return false;
    }
    return true;
}

/// It may have come before the server had begun the statement: then it is sent once more, after a moment.
void Interrupter::on_cancel_sent(std::string_view) noexcept {
    if (state_.is_lost) return;
    listener_.on_request_ended();
    loop_.start(*this, detail::Clock::now() + Stopper::a_moment);
}

void Interrupter::on_time() noexcept {
    if (!state_.is_lost) follow(stopper_.on_time(state_.expected, is_asking(), detail::Clock::now()));
}

}  // namespace databased::postgresql
