// Everything that databased throws, one tree for all backends.
//
//   Error
//   ├── UrlError                     a database URL that cannot be read, or an option that nobody knows
//   ├── ConfigError                  a setting that cannot be used
//   ├── UsageError                   the program asks for what cannot be
//   │   ├── NotConnectedError
//   │   ├── AlreadyConnectedError
//   │   ├── NotSupportedError        the backend cannot do it
//   │   ├── WrongThreadError         used from another thread than that of the loop it belongs to
//   │   ├── WouldDeadlockError       the caller would wait for itself
//   │   ├── NoScopeError             current_session() outside a scope
//   │   └── SessionStateError        not now: a child is open, it is open already, …
//   │       └── SessionClosedError   not any more
//   ├── ParameterError               the arguments do not fit the placeholders, or cannot be sent
//   ├── ConversionError              a value does not fit the type that was asked for
//   │   ├── ColumnNotFoundError
//   │   └── AmbiguousColumnError
//   ├── TimeoutError                 a time limit of the program has passed
//   │   └── PoolTimeoutError         … while waiting for a connection
//   ├── StoppedError                 the program asked this work to stop
//   └── DatabaseError                what the database said; sqlstate() is set
//       ├── ConnectionError          08, 28, 3D000, 57P, 25P03, 25P04: not reached, refused or lost; is_retryable()
//       │   │                        if it was not reached or lost, and nothing can have been committed
//       │   └── CommitUnknownError   08007: lost during COMMIT, the outcome is unknown; nothing retries it
//       └── QueryError               every other SQLSTATE
//           ├── SyntaxError          42601
//           ├── UndefinedTableError  42P01
//           ├── UndefinedColumnError 42703
//           ├── DuplicateTableError  42P07
//           ├── PermissionError      42501
//           ├── DataError            22
//           ├── ReadOnlyError        25006
//           ├── TransactionAbortedError  25P02, 40000: the transaction has failed or was ended by the database
//           ├── RetryableError       is_retryable()
//           │   ├── SerializationError   40001
//           │   ├── DeadlockError        40P01
//           │   └── LockedError          55P03: another process holds a lock too long
//           ├── ResourceError        53, 54: disk full, out of memory, too many connections, too large
//           ├── QueryCancelledError  57014: stopped by the database, not by this program
//           ├── CorruptionError      XX001, XX002: the file is damaged
//           └── IntegrityError       23
//               ├── UniqueViolation      23505
//               ├── NotNullViolation     23502
//               ├── ForeignKeyViolation  23503
//               ├── CheckViolation       23514
//               └── ExclusionViolation   23P01
//
// SQLSTATEs are those of the SQL standard and of PostgreSQL's appendix A; SQLite's result codes are mapped to them.
#pragma once

#include <databased/detail/export.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace databased {

class DATABASED_API Error : public std::runtime_error {
  public:
    explicit Error(const std::string& message);
    /// Whether doing the whole unit of work again, as it was, has a chance.
    virtual bool is_retryable() const noexcept { return false; }
};

// Errors that carry nothing but their message.
// clang-format off
class DATABASED_API UrlError : public Error { public: using Error::Error; };
class DATABASED_API ConfigError : public Error { public: using Error::Error; };
class DATABASED_API UsageError : public Error { public: using Error::Error; };
class DATABASED_API NotConnectedError : public UsageError { public: using UsageError::UsageError; };
class DATABASED_API AlreadyConnectedError : public UsageError { public: using UsageError::UsageError; };
class DATABASED_API NotSupportedError : public UsageError { public: using UsageError::UsageError; };
class DATABASED_API WrongThreadError : public UsageError { public: using UsageError::UsageError; };
class DATABASED_API WouldDeadlockError : public UsageError { public: using UsageError::UsageError; };
class DATABASED_API NoScopeError : public UsageError { public: using UsageError::UsageError; };
class DATABASED_API SessionStateError : public UsageError { public: using UsageError::UsageError; };
class DATABASED_API SessionClosedError : public SessionStateError { public: using SessionStateError::SessionStateError; };
class DATABASED_API ParameterError : public Error { public: using Error::Error; };
class DATABASED_API ConversionError : public Error { public: using Error::Error; };
class DATABASED_API ColumnNotFoundError : public ConversionError { public: using ConversionError::ConversionError; };
class DATABASED_API AmbiguousColumnError : public ConversionError { public: using ConversionError::ConversionError; };
class DATABASED_API TimeoutError : public Error { public: using Error::Error; };
class DATABASED_API PoolTimeoutError : public TimeoutError { public: using TimeoutError::TimeoutError; };
class DATABASED_API StoppedError : public Error { public: using Error::Error; };
// clang-format on

/// What a backend knows about a failure. Filled by backends, read through DatabaseError.
struct ErrorDetails {
    std::string message;   ///< For the log: what failed and what to do. Never a value, never a secret.
    std::string sqlstate;  ///< Five characters; never empty once thrown.
    std::string constraint{};
    std::string table{};
    std::vector<std::string> columns{};
    std::string detail{};  ///< May contain values (PostgreSQL's DETAIL); never part of what().
    std::string hint{};
    std::string sql{};         ///< The statement as the user wrote it.
    std::string parameters{};  ///< The bound values as text; only filled where Options ask for it.
    int native_code = 0;       ///< SQLite's extended result code; 0 where there is none.
};

/// An error that the database reported, or that made it unreachable. Copies share their details.
class DATABASED_API DatabaseError : public Error {
  public:
    explicit DatabaseError(ErrorDetails details);

    std::string_view sqlstate() const noexcept { return details_->sqlstate; }
    /// Name of the violated constraint; empty where the database does not tell.
    std::string_view constraint() const noexcept { return details_->constraint; }
    std::string_view table() const noexcept { return details_->table; }
    const std::vector<std::string>& columns() const noexcept { return details_->columns; }
    /// May contain values of rows: for a developer's eyes, not for every log.
    std::string_view detail() const noexcept { return details_->detail; }
    std::string_view hint() const noexcept { return details_->hint; }
    /// The statement as it was written, without its values; empty where no statement was involved.
    std::string_view sql() const noexcept { return details_->sql; }
    /// The bound values, only where Options::parameters_in_errors asked for them.
    std::string_view parameters() const noexcept { return details_->parameters; }
    int native_code() const noexcept { return details_->native_code; }
    const ErrorDetails& details() const noexcept { return *details_; }

  private:
    std::shared_ptr<const ErrorDetails> details_;
};

// clang-format off
class DATABASED_API ConnectionError : public DatabaseError {
  public:
    using DatabaseError::DatabaseError;
    /// 08001, 08003, 08006, and 57P01 to 57P03: the server was not reached, or is shutting down or starting. It, or
    /// another one that the Database is moved to, may take the work when it is done again.
    bool is_retryable() const noexcept override;
};
class DATABASED_API CommitUnknownError : public ConnectionError { public: using ConnectionError::ConnectionError; };
class DATABASED_API QueryError : public DatabaseError { public: using DatabaseError::DatabaseError; };
class DATABASED_API SyntaxError : public QueryError { public: using QueryError::QueryError; };
class DATABASED_API UndefinedTableError : public QueryError { public: using QueryError::QueryError; };
class DATABASED_API UndefinedColumnError : public QueryError { public: using QueryError::QueryError; };
class DATABASED_API DuplicateTableError : public QueryError { public: using QueryError::QueryError; };
class DATABASED_API PermissionError : public QueryError { public: using QueryError::QueryError; };
class DATABASED_API DataError : public QueryError { public: using QueryError::QueryError; };
class DATABASED_API ReadOnlyError : public QueryError { public: using QueryError::QueryError; };
class DATABASED_API TransactionAbortedError : public QueryError { public: using QueryError::QueryError; };
class DATABASED_API ResourceError : public QueryError { public: using QueryError::QueryError; };
class DATABASED_API QueryCancelledError : public QueryError { public: using QueryError::QueryError; };
class DATABASED_API CorruptionError : public QueryError { public: using QueryError::QueryError; };
class DATABASED_API IntegrityError : public QueryError { public: using QueryError::QueryError; };
class DATABASED_API UniqueViolation : public IntegrityError { public: using IntegrityError::IntegrityError; };
class DATABASED_API NotNullViolation : public IntegrityError { public: using IntegrityError::IntegrityError; };
class DATABASED_API ForeignKeyViolation : public IntegrityError { public: using IntegrityError::IntegrityError; };
class DATABASED_API CheckViolation : public IntegrityError { public: using IntegrityError::IntegrityError; };
class DATABASED_API ExclusionViolation : public IntegrityError { public: using IntegrityError::IntegrityError; };
class DATABASED_API RetryableError : public QueryError {
  public:
    using QueryError::QueryError;
    bool is_retryable() const noexcept override { return true; }
};
class DATABASED_API SerializationError : public RetryableError { public: using RetryableError::RetryableError; };
class DATABASED_API DeadlockError : public RetryableError { public: using RetryableError::RetryableError; };
class DATABASED_API LockedError : public RetryableError { public: using RetryableError::RetryableError; };
// clang-format on

/// Throws the class of the tree above that belongs to `details.sqlstate` ("HY000" if that is empty).
[[noreturn]] DATABASED_API void throw_database_error(ErrorDetails details);

}  // namespace databased
