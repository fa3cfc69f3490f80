// PostgreSQL without this library: the second pair of eyes of the tests of the PostgreSQL backend.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

struct pg_conn;
struct pg_result;

namespace support {

/// One connection of libpq, used directly and blocking. Every failure is a std::runtime_error with the server's
/// message.
class RawPostgresql {
  public:
    /// `url` is one that libpq understands.
    explicit RawPostgresql(const std::string& url);

    /// One or more statements.
    void execute(const std::string& sql);
    /// The first column of the first row; "(null)" for NULL.
    std::string text(const std::string& sql);
    std::int64_t integer(const std::string& sql) { return std::stoll(text(sql)); }
    /// For what is not here.
    pg_conn* handle() const noexcept { return connection_.get(); }

  private:
    struct Close {
        void operator()(pg_conn* connection) const;
        void operator()(pg_result* result) const;
    };
    using Result = std::unique_ptr<pg_result, Close>;

    Result run(const std::string& sql);

    std::unique_ptr<pg_conn, Close> connection_;
};

}  // namespace support
