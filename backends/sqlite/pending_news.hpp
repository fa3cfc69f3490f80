// The messages of a transaction, until it is known what becomes of it. No I/O.
#pragma once

#include <databased/backend/verb.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace databased::sqlite {

struct Message {
    std::string channel;
    std::string payload;
};

class PendingNews {
  public:
    bool is_empty() const noexcept { return messages_.empty(); }
    void add(Message message) { messages_.push_back(std::move(message)); }

    /// How many there are: what comes from here on can be taken back.
    std::size_t mark() const noexcept { return messages_.size(); }
    void take_back(std::size_t mark);
    /// A savepoint was made, released or rolled back to; other verbs do nothing here.
    void note(const backend::Command& command);
    /// The transaction has ended; gives what it had, in order.
    std::vector<Message> take() noexcept;

  private:
    struct Savepoint {
        std::uint32_t number;
        std::size_t mark;
    };

    std::vector<Message> messages_;
    std::vector<Savepoint> savepoints_;  // the outermost first
};

}  // namespace databased::sqlite
