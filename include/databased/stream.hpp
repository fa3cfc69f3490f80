// RowStream: the rows of a result one after the other, in memory that does not grow with their number.
#pragma once

#include <databased/detail/callback.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/fields.hpp>
#include <databased/detail/owner.hpp>
#include <databased/detail/row_reader.hpp>
#include <databased/detail/row_source.hpp>
#include <databased/detail/small_vector.hpp>
#include <databased/row.hpp>
#include <databased/task.hpp>

#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace databased {

class Executor;

namespace detail {

/// How rows become a T.
template <class T>
struct StreamReader {
    T (*read)(const Cell* row, const ColumnSet* columns, const std::size_t* places);
    RowShape shape;
};
template <class T, class Form>
inline constexpr StreamReader<T> stream_reader{&Form::read, Form::shape};

/// What of a batch has not been read yet.
template <class T>
class StreamRows {
  public:
    explicit StreamRows(const StreamReader<T>& reader) noexcept : reader_(&reader) {}

    std::size_t left() const noexcept { return left_; }
    void begin(std::unique_ptr<RowBatch> batch) {
        left_ = 0;
        const ColumnSet* const columns = batch->columns().get();
        if (reader_->shape.members != nullptr || places_.empty()) find_places(*columns);
        row_ = batch->row(0);
        width_ = columns->columns.size();
        left_ = batch->rows();
        batch_ = Owner<RowBatch>{batch.release()};
    }
    /// There is one.
    T take() {
        const Cell* const row = row_;
        row_ += width_;
        --left_;
        return reader_->read(row, batch_->columns().get(), places_.data());
    }

  private:
    void find_places(const ColumnSet& columns) {
        places_.resize(0);
        const RowShape& shape = reader_->shape;
        find_columns(columns, shape, places_.append(shape.members == nullptr ? 1 : shape.width));
    }

    const StreamReader<T>* reader_;
    const Cell* row_ = nullptr;
    std::size_t width_ = 0;
    std::size_t left_ = 0;
    Owner<RowBatch> batch_;
    SmallVector<std::size_t, 8> places_;
};

template <>
class DATABASED_API StreamRows<Row> {
  public:
    std::size_t left() const noexcept { return left_; }
    void begin(std::unique_ptr<RowBatch> batch);
    Row take() { return rows_[rows_.size() - left_--]; }

  private:
    Rows rows_;
    std::size_t left_ = 0;
};

/// Waits for rows if there are none yet. No coroutine, so that a row costs no frame.
class DATABASED_API StreamWait {
  public:
    explicit StreamWait(RowSource* source) noexcept : source_(source) {}

  protected:
    /// Throws UsageError if the stream was moved away.
    bool is_ready() const;
    bool start(std::coroutine_handle<> parent, const PromiseBase& promise_of_parent);
    /// Throws what the waiting has thrown.
    void end() {
        if (wait_) finish();
    }

  private:
    void finish();

    RowSource* source_;
    std::optional<Task<>> wait_;
};

/// Waits for rows of `source`, unless that is null, and calls `take` in the same turn of the loop. No template, so that
/// its frame has no type of the program's.
DATABASED_API Task<> take_rows_of(RowSource* source, Callback<void()> take);

}  // namespace detail

template <class T>
class BlockingRowStream;

/// Rows that are asked for bit by bit while they are read; T as for fetch_all(). Nothing is sent before the first
/// next(), which throws what is wrong with the statement. It belongs to its session, which may be used between two
/// rows, and ends with it (SessionStateError, SessionClosedError); one of Database or reader() has a connection to
/// itself until its end. Destroying it early costs nothing.
///
///     RowStream<Movie> stream = session.stream<Movie>("SELECT * FROM movies");
///     while (auto movie = co_await stream.next()) use(*movie);
template <class T>
class RowStream {
  public:
    RowStream(RowStream&& other) noexcept = default;
    RowStream& operator=(RowStream&& other) noexcept {
        std::swap(source_, other.source_);
        std::swap(rows_, other.rows_);
        std::swap(batch_, other.batch_);
        return *this;
    }
    ~RowStream() {
        if (source_ != nullptr) source_->abandon();
    }

    class Next;
    class NextBatch;

    /// Gives a std::optional<T>: the next row, or nothing at the end and from then on. An error stays, too, but for
    /// ConversionError, which is about one row. Awaited by one at a time.
    Next next() noexcept { return Next{*this}; }
    /// Gives a std::span<T>: some rows, none at the end. Valid until the next call.
    NextBatch next_batch() noexcept { return NextBatch{*this}; }
    /// Gives up what has not been read. The session goes on; outside of one the connection is free then.
    Task<> close() { return source_->close(); }

  private:
    friend class Executor;
    friend class BlockingRowStream<T>;
    RowStream(std::shared_ptr<detail::RowSource> source, detail::StreamRows<T> rows) noexcept
        : source_(std::move(source)), rows_(std::move(rows)) {}

    bool has_row() const noexcept { return rows_.left() != 0 && source_ != nullptr && source_->is_valid(); }
    /// False at the end.
    bool find_row() {
        if (has_row()) return true;
        auto batch = source_->take();
        if (batch == nullptr) return false;
        rows_.begin(std::move(batch));
        return true;
    }

    std::span<T> take_batch() {
        batch_.clear();
        if (!find_row()) return {};
        batch_.reserve(rows_.left());
        while (rows_.left() != 0) batch_.push_back(rows_.take());
        return batch_;
    }

    std::shared_ptr<detail::RowSource> source_;
    detail::StreamRows<T> rows_;
    std::vector<T> batch_;  // the last that was given
};

template <class T>
class RowStream<T>::Next : private detail::StreamWait {
  public:
    explicit Next(RowStream& stream) noexcept : StreamWait(stream.source_.get()), stream_(stream) {}

    bool await_ready() const { return stream_.has_row() || is_ready(); }
    template <std::derived_from<detail::PromiseBase> Parent>
    bool await_suspend(std::coroutine_handle<Parent> parent) {
        return start(parent, parent.promise());
    }
    std::optional<T> await_resume() {
        end();
        if (!stream_.find_row()) return std::nullopt;
        return std::optional<T>{stream_.rows_.take()};
    }

  private:
    RowStream& stream_;
};

template <class T>
class RowStream<T>::NextBatch : private detail::StreamWait {
  public:
    explicit NextBatch(RowStream& stream) noexcept : StreamWait(stream.source_.get()), stream_(stream) {}

    bool await_ready() const { return stream_.has_row() || is_ready(); }
    template <std::derived_from<detail::PromiseBase> Parent>
    bool await_suspend(std::coroutine_handle<Parent> parent) {
        return start(parent, parent.promise());
    }
    std::span<T> await_resume() {
        end();
        return stream_.take_batch();
    }

  private:
    RowStream& stream_;
};

}  // namespace databased
