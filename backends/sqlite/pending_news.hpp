// The messages of a transaction, and the tables that it has written, until it is known what becomes of it. No I/O.
#pragma once

#include "statement_facts.hpp"

#include <databased/backend/verb.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
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
    bool is_empty() const noexcept { return messages_.empty() && written_.empty(); }
    void add(Message message) { messages_.push_back(std::move(message)); }

    /// How many there are: what comes from here on can be taken back.
    std::size_t mark() const noexcept { return messages_.size(); }
    void take_back(std::size_t mark);
    /// A savepoint was made, released or rolled back to; other verbs do nothing here.
    void note(const backend::Command& command);
    /// It writes these; that one table too many is told does no harm, so a savepoint takes nothing back.
    void write(const std::shared_ptr<const WrittenTables>& tables);

    /// The transaction has ended: what it had, in order.
    std::vector<Message> take_messages() noexcept;
    WrittenTables take_written();
    void clear() noexcept;

  private:
    struct Savepoint {
        std::uint32_t number;
        std::size_t mark;
    };

    std::vector<Message> messages_;
    std::vector<std::shared_ptr<const WrittenTables>> written_;  // of each statement; few, or one for all
    std::vector<Savepoint> savepoints_;                          // the outermost first
};

}  // namespace databased::sqlite
