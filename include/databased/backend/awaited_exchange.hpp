// An exchange for a coroutine that waits for it.
#pragma once

#include <databased/backend.hpp>

#include <coroutine>

namespace databased::backend {

/// Starts when it is awaited, once; the await gives the outcome. The session outlives the beginning of it.
class DATABASED_API AwaitedExchange : public Exchange {
  public:
    AwaitedExchange(SessionBackend& session, Request&& request) noexcept
        : Exchange(std::move(request)), session_(session) {}
    ~AwaitedExchange() override { let_go(); }

    bool await_ready() const noexcept { return false; }
    template <std::derived_from<detail::PromiseBase> Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) {
        return wait(*caller.promise().context().loop, caller);
    }
    Outcome await_resume() noexcept { return std::move(outcome_); }

    void finish(Outcome outcome) noexcept override;

  protected:
    virtual void send() noexcept { session_.start(*this); }
    /// Whether there is something to wait for.
    bool wait(EventLoop& loop, std::coroutine_handle<> caller);

  private:
    SessionBackend& session_;
    EventLoop* loop_ = nullptr;
    std::coroutine_handle<> caller_;
    bool is_finished_ = false;
    Outcome outcome_;
};

}  // namespace databased::backend
