// RowStream without coroutines, for any thread.
#pragma once

#include <databased/detail/shared_loop.hpp>
#include <databased/stream.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <span>
#include <utility>

namespace databased {

/// The rows of a RowStream as an input range: read once, by one thread at a time. Rows come in batches, so that the
/// thread waits for few of them. Errors are thrown by begin() and by the iterator's increment.
///
///     for (Movie& movie : database.stream<Movie>("SELECT * FROM movies")) use(movie);
template <class T>
class BlockingRowStream {
  public:
    BlockingRowStream(std::shared_ptr<detail::SharedLoop> loop, RowStream<T> stream)
        : loop_(std::move(loop)), stream_(new RowStream<T>{std::move(stream)}, [its_loop = loop_](RowStream<T>* ended) {
              its_loop->finish([ended] { delete ended; });
          }) {}
    BlockingRowStream(BlockingRowStream&&) noexcept = default;
    BlockingRowStream& operator=(BlockingRowStream&&) noexcept = default;

    class Iterator;
    /// Where reading has come to.
    Iterator begin() {
        if (place_ == batch_.size()) read();
        return Iterator{*this};
    }
    std::default_sentinel_t end() const noexcept { return {}; }
    /// Gives up what has not been read.
    void close() {
        batch_ = {};
        place_ = 0;
        detail::hand_over(*loop_, [&](detail::WaitingThread&) { return stream_->close(); });
    }

  private:
    bool is_at_end() const noexcept { return batch_.empty(); }
    void read() {
        batch_ = {};
        place_ = 0;
        detail::hand_over(*loop_, [&](detail::WaitingThread&) {
            detail::RowSource* const source = stream_->has_row() ? nullptr : stream_->source_.get();
            return detail::take_rows_of(source, [&] { batch_ = stream_->take_batch(); });
        });
    }
    void go_on() {
        if (++place_ == batch_.size()) read();
    }

    std::shared_ptr<detail::SharedLoop> loop_;
    std::shared_ptr<RowStream<T>> stream_;  // destroyed in a turn of the loop
    std::span<T> batch_;
    std::size_t place_ = 0;
};

/// What it points at is valid until the next increment.
template <class T>
class BlockingRowStream<T>::Iterator {
  public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(BlockingRowStream& stream) noexcept : stream_(&stream) {}
    T& operator*() const noexcept { return stream_->batch_[stream_->place_]; }
    T* operator->() const noexcept { return &**this; }
    Iterator& operator++() {
        stream_->go_on();
        return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const noexcept { return stream_->is_at_end(); }

  private:
    BlockingRowStream* stream_;
};

}  // namespace databased
