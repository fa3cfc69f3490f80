// Asking work to stop, within one loop's thread: no atomics, no allocation. with_stop() bridges to std::stop_token.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/intrusive_list.hpp>
#include <databased/detail/owner.hpp>

#include <stop_token>

namespace databased::detail {

/// Told once when its StopState is asked to stop; afterwards it is no longer registered.
class DATABASED_API StopListener : public ListNode<StopListener> {
  public:
    virtual void on_stop() noexcept = 0;

  protected:
    virtual ~StopListener() = default;
};

/// Whether a group of coroutines was asked to stop. Lives in the frame that began the group, and so outlives it.
class DATABASED_API StopState final : private StopListener {
  public:
    /// Stops with `parent` (which may be null) as well.
    explicit StopState(StopState* parent);
    ~StopState() override;

    bool requested() const noexcept { return requested_; }
    /// Tells every listener, in the order in which they came. A second call does nothing.
    void request() noexcept;
    void add(StopListener& listener) noexcept { listeners_.push_back(listener); }
    /// The same as a standard token, for users' code. Made at the first call.
    std::stop_token token();

  private:
    void on_stop() noexcept override { request(); }

    bool requested_ = false;
    IntrusiveList<StopListener> listeners_;
    Owner<std::stop_source> source_;
};

}  // namespace databased::detail
