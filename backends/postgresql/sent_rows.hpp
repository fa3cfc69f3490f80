// Rows that the server may still complain of.
#pragma once

#include <databased/statement.hpp>

#include <cstddef>
#include <deque>
#include <utility>

namespace databased::postgresql {

/// Those that were sent last, as long as they do not take much memory: for what messages must not repeat.
class SentRows {
  public:
    void add(Statement::Pointer rows, std::size_t bytes) {
        parts_.push_back({std::move(rows), bytes});
        bytes_ += bytes;
        while (bytes_ > most_bytes && parts_.size() > 1) {
            bytes_ -= parts_.front().bytes;
            parts_.pop_front();
        }
    }
    void clear() noexcept {
        parts_.clear();
        bytes_ = 0;
    }
    /// The part with this item; null if it is not there any more.
    const Statement* find(std::size_t item) const noexcept {
        for (const Part& part : parts_) {
            if (item >= part.rows->item(0) && item < part.rows->item(part.rows->runs())) return part.rows.get();
        }
        return nullptr;
    }

  private:
    static constexpr std::size_t most_bytes = std::size_t{4} * 1024 * 1024;

    struct Part {
        Statement::Pointer rows;
        std::size_t bytes;
    };

    std::deque<Part> parts_;
    std::size_t bytes_ = 0;
};

}  // namespace databased::postgresql
