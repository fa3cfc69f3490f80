// The step of a bulk insert that is under way, and whoever waits for it.
#pragma once

#include <databased/backend.hpp>
#include <databased/event_loop.hpp>

#include <exception>
#include <utility>

namespace databased::postgresql {

/// Hears that a step is to end: it was asked to, or its time is over.
class StepListener {
  public:
    virtual void on_step_unwanted() noexcept = 0;

  protected:
    ~StepListener() = default;
};

/// One after the other.
class CopyStep final : private detail::StopListener, private Timer {
  public:
    CopyStep(EventLoop& loop, StepListener& listener) noexcept : loop_(loop), listener_(listener) {}
    ~CopyStep() { let_go(); }

    void begin(backend::Exchange& exchange);
    /// Tells who waits; does nothing if nobody does.
    void finish(Outcome outcome) noexcept;
    /// Nobody waits any more.
    void let_go() noexcept;

    bool is_under_way() const noexcept { return exchange_ != nullptr; }
    backend::Exchange& exchange() const noexcept { return *exchange_; }
    bool should_stop() const noexcept;
    /// StoppedError or TimeoutError, by what has happened.
    std::exception_ptr stop_error() const;

  private:
    bool was_asked_to_stop() const noexcept;
    void on_stop() noexcept override { listener_.on_step_unwanted(); }
    void on_time() noexcept override { listener_.on_step_unwanted(); }

    EventLoop& loop_;
    StepListener& listener_;
    backend::Exchange* exchange_ = nullptr;
};

}  // namespace databased::postgresql
