// The cursors of a connection's transaction, as they are on the server once all that was sent is carried out.
#pragma once

#include "queued_request.hpp"
#include "statement_cache.hpp"

#include <databased/backend.hpp>
#include <databased/detail/fetch_size.hpp>

#include <libpq-fe.h>

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace databased::postgresql {

struct Cursor {
    std::uint32_t number;
    std::shared_ptr<PreparedStatement> statement;  ///< For its columns; what is prepared is not used.
    std::string values{};                          ///< That its statement has, where they are wanted in errors.
    std::vector<std::string> bound{};              ///< The texts among them, which no message repeats.
    detail::FetchSize size{};
};

/// Of the statement that is declared.
std::shared_ptr<Cursor> make_cursor(const QueuedRequest& request, std::shared_ptr<PreparedStatement> statement);
/// What the server says against it, or against the next rows of it.
std::exception_ptr error_of(const Cursor& cursor, const PGresult* result);

/// What is said in front of the statement.
inline std::string declaration(const Cursor& cursor) {
    return "DECLARE " + backend::name_of_cursor(cursor.number) + " NO SCROLL CURSOR FOR ";
}

/// Without I/O.
class Cursors {
  public:
    void add(std::shared_ptr<Cursor> cursor) { cursors_.insert_or_assign(cursor->number, std::move(cursor)); }
    /// Throws where there is none of that number.
    std::shared_ptr<Cursor> find(std::uint32_t number) const;
    /// It is sent now.
    void note(const backend::Command& command);

  private:
    std::map<std::uint32_t, std::shared_ptr<Cursor>> cursors_;
};

}  // namespace databased::postgresql
