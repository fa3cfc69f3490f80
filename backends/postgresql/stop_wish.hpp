// Whether whoever asked for an operation wants it to end.
#pragma once

#include <databased/backend.hpp>
#include <databased/event_loop.hpp>

#include <exception>

namespace databased::postgresql {

class Operation;
class Pipeline;

/// Part of an operation: tells the pipeline as soon as it was asked to stop, or its time is over.
class StopWish final : private detail::StopListener, private Timer {
  public:
    StopWish(Operation& operation, Pipeline& pipeline) noexcept : operation_(operation), pipeline_(pipeline) {}

    void listen();
    void end() noexcept;
    /// Whether it is to end now.
    bool is_due() const noexcept;
    /// StoppedError or TimeoutError, by what has happened.
    std::exception_ptr error() const;

  private:
    bool was_stopped() const noexcept;
    void on_stop() noexcept override;
    void on_time() noexcept override;

    Operation& operation_;
    Pipeline& pipeline_;
    bool was_stopped_ = false;
    bool timed_out_ = false;
};

}  // namespace databased::postgresql
