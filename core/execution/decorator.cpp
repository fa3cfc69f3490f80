#include <databased/backend/decorator.hpp>

#include <utility>

namespace databased::backend {

SessionDecorator::SessionDecorator(std::unique_ptr<SessionBackend> inner) noexcept : inner_(inner.release()) {}
SessionDecorator::~SessionDecorator() = default;

void SessionDecorator::start(Exchange& exchange) noexcept { inner_->start(exchange); }
bool SessionDecorator::is_usable() const noexcept { return inner_->is_usable(); }
bool SessionDecorator::is_clean() const noexcept { return inner_->is_clean(); }
std::chrono::nanoseconds SessionDecorator::round_trip() const noexcept { return inner_->round_trip(); }
Task<> SessionDecorator::close() { return inner_->close(); }

BackendDecorator::BackendDecorator(std::unique_ptr<DatabaseBackend> inner) noexcept : inner_(inner.release()) {}
BackendDecorator::~BackendDecorator() = default;

const Dialect& BackendDecorator::dialect() const noexcept { return inner_->dialect(); }
Capabilities BackendDecorator::capabilities() const noexcept { return inner_->capabilities(); }
Nature BackendDecorator::nature(const SqlText& text, databased::detail::Clock::time_point now) const noexcept {
    return inner_->nature(text, now);
}
Task<std::unique_ptr<SessionBackend>> BackendDecorator::open(Opening opening) {
    auto session = co_await inner_->open(std::move(opening));
    co_return decorate(std::move(session));
}
Task<std::unique_ptr<ListeningBackend>> BackendDecorator::listen(Opening opening, NotificationSink& sink) {
    return inner_->listen(std::move(opening), sink);
}
const void* BackendDecorator::writers_queue() const noexcept { return inner_->writers_queue(); }

}  // namespace databased::backend
