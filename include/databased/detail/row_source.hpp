// Where the rows of a stream come from.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/fields.hpp>
#include <databased/task.hpp>

#include <memory>

namespace databased::detail {

/// Of one stream, on the loop's thread.
class DATABASED_API RowSource {
  public:
    RowSource() noexcept = default;
    RowSource(const RowSource&) = delete;
    RowSource& operator=(const RowSource&) = delete;
    virtual ~RowSource();

    /// Whether rows that it has given may still be read: not once what they belong to has ended.
    bool is_valid() const noexcept { return is_valid_; }
    /// Whether take() knows what comes next.
    virtual bool is_ready() const noexcept = 0;
    /// The next batch, or null at the end. Throws what went wrong, again and again.
    virtual std::unique_ptr<RowBatch> take() = 0;
    /// Of the rows, once take() has given some or said that there are none. Null where that is not known.
    virtual std::shared_ptr<const ColumnSet> columns() const noexcept = 0;
    /// Until is_ready(). Throws StoppedError, TimeoutError, UsageError if somebody else waits.
    virtual Task<> wait() = 0;
    virtual Task<> close() = 0;
    /// Nobody wants more of it. From any thread.
    virtual void abandon() noexcept = 0;

  protected:
    bool is_valid_ = true;
};

}  // namespace databased::detail
