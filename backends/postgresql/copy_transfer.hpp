// What is sent in a bulk insert by COPY, and which of its items the server speaks of. Without I/O.
#pragma once

#include "copy_goal.hpp"
#include "copy_rows.hpp"
#include "sent_rows.hpp"

#include <databased/backend.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include <libpq-fe.h>

namespace databased::postgresql {

/// Of one bulk insert: one COPY, or several where there are many rows, or where values of another kind come that only
/// text can say.
class CopyTransfer {
  public:
    /// `text` is what messages show.
    CopyTransfer(backend::BulkTable table, std::shared_ptr<const SqlText> text);

    CopyGoal& goal() noexcept { return goal_; }
    /// With what the server says of the parsed INSERT.
    void described(const PGresult* result);

    /// In which format `rows` can be sent: in that of the COPY that is open, if that is possible.
    CopyFormat format_for(const Statement& rows) const noexcept;
    CopyFormat format() const noexcept { return format_; }
    /// The COPY that is open is better ended, so that the server says what is wrong with its rows.
    bool is_due() const noexcept { return goal_.may_be_several() && bytes_ >= most_bytes; }

    // What is sent next; valid until the next call.

    /// Text of a command.
    std::string begin(CopyFormat format);
    /// Keeps the rows for a while. Throws what is wrong with a value; nothing is to be sent then.
    const std::string& next(Statement::Pointer rows);
    const std::string& end();

    /// What the server says, with the number of the item if it tells that.
    std::exception_ptr error_of(const PGresult* result, bool reports_values) const;

  private:
    // Of one COPY. Ending one takes a trip to the server: nothing beside what a server takes for so much.
    static constexpr std::size_t most_bytes = std::size_t{16} * 1024 * 1024;

    std::exception_ptr with_column(const std::exception_ptr& error, const PGresult* result) const;

    CopyGoal goal_;
    std::shared_ptr<const SqlText> text_;
    std::optional<CopyRows> rows_;
    CopyFormat format_ = CopyFormat::binary;
    std::string data_;
    SentRows sent_;
    std::size_t bytes_ = 0;       // of this COPY
    std::size_t first_item_ = 0;  // of this COPY
    std::size_t next_item_ = 0;
};

}  // namespace databased::postgresql
