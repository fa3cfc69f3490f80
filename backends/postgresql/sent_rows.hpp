// Rows that the server may still complain of.
#pragma once

#include <databased/backend/redaction.hpp>
#include <databased/statement.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

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
            has_dropped_ = true;
        }
    }
    /// Whether some are not there any more.
    bool has_dropped() const noexcept { return has_dropped_; }
    /// The part with this item; null if it is not there any more.
    const Statement* find(std::size_t item) const noexcept {
        for (const Part& part : parts_) {
            if (item >= part.rows->item(0) && item < part.rows->item(part.rows->runs())) return part.rows.get();
        }
        return nullptr;
    }

    /// The texts of all that are there, in lower case.
    std::vector<std::string> texts() const {
        std::vector<std::string> all;
        for (const Part& part : parts_) {
            for (std::string& text : backend::texts_of(*part.rows, 0, part.rows->runs() - 1))
                all.push_back(std::move(text));
        }
        return all;
    }

  private:
    static constexpr std::size_t most_bytes = std::size_t{4} * 1024 * 1024;

    struct Part {
        Statement::Pointer rows;
        std::size_t bytes;
    };

    std::deque<Part> parts_;
    std::size_t bytes_ = 0;
    bool has_dropped_ = false;
};

}  // namespace databased::postgresql
