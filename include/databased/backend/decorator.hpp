// A backend around another one: what it does not override goes straight through.
//
//     class CountingSession : public backend::SessionDecorator {
//       public:
//         using SessionDecorator::SessionDecorator;
//         void start(backend::Exchange& exchange) noexcept override {
//             ++started;
//             SessionDecorator::start(exchange);
//         }
//     };
//     register_backend("sqlite", backend::decorated<CountingSession>(backend::factory_of("sqlite")));
#pragma once

#include <databased/backend.hpp>
#include <databased/detail/owner.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <string_view>
#include <utility>

namespace databased::backend {

/// What is registered for `dialect` now. Throws UrlError.
DATABASED_API BackendFactory factory_of(std::string_view dialect);

class DATABASED_API SessionDecorator : public SessionBackend {
  public:
    explicit SessionDecorator(std::unique_ptr<SessionBackend> inner) noexcept;
    ~SessionDecorator() override;

    void start(Exchange& exchange) noexcept override;
    bool is_usable() const noexcept override;
    bool is_clean() const noexcept override;
    std::chrono::nanoseconds round_trip() const noexcept override;
    Task<> close() override;

  protected:
    SessionBackend& inner() const noexcept { return *inner_; }

  private:
    databased::detail::Owner<SessionBackend> inner_;
};

class DATABASED_API BackendDecorator : public DatabaseBackend {
  public:
    explicit BackendDecorator(std::unique_ptr<DatabaseBackend> inner) noexcept;
    ~BackendDecorator() override;

    const Dialect& dialect() const noexcept override;
    Capabilities capabilities() const noexcept override;
    Nature nature(const SqlText& text, detail::Clock::time_point now) const noexcept override;
    /// What the inner backend opens, decorated.
    Task<std::unique_ptr<SessionBackend>> open(Opening opening) override;
    Task<std::unique_ptr<ListeningBackend>> listen(Opening opening, NotificationSink& sink) override;
    const void* writers_queue() const noexcept override;

  protected:
    DatabaseBackend& inner() const noexcept { return *inner_; }
    virtual std::unique_ptr<SessionBackend> decorate(std::unique_ptr<SessionBackend> session) = 0;

  private:
    databased::detail::Owner<DatabaseBackend> inner_;
};

}  // namespace databased::backend

namespace databased::detail {

template <class Session>
class DecoratingBackend final : public backend::BackendDecorator {
  public:
    using BackendDecorator::BackendDecorator;

  private:
    std::unique_ptr<SessionBackend> decorate(std::unique_ptr<SessionBackend> session) override {
        return std::make_unique<Session>(std::move(session));
    }
};

}  // namespace databased::detail

namespace databased::backend {

/// Makes the backends that `original` makes, with a Session around each of their sessions.
template <std::derived_from<SessionBackend> Session>
    requires std::constructible_from<Session, std::unique_ptr<SessionBackend>>
BackendFactory decorated(BackendFactory original) {
    return [original = std::move(original)](const Url& url) -> std::unique_ptr<DatabaseBackend> {
        return std::make_unique<databased::detail::DecoratingBackend<Session>>(original(url));
    };
}

}  // namespace databased::backend
