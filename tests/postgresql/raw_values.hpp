// Values as a server sends them in both formats, read by the backend's readers, without its connections.
#pragma once

#include "parameter_list.hpp"
#include "types.hpp"

#include "support/postgresql_raw.hpp"

#include <databased/value.hpp>

#include <libpq-fe.h>
#include <memory>
#include <string>

namespace support {

enum class WireFormat : int { text = 0, binary = 1 };

/// A value that was read, with the memory that it lies in.
class ReadValue {
  public:
    explicit ReadValue(Oid type) : type_(type) {}

    void read(databased::postgresql::Decode decode, std::string_view data) { cell_ = decode(data, *arena_); }
    Oid type() const noexcept { return type_; }
    const databased::detail::Cell& cell() const noexcept { return cell_; }
    databased::Value value() const;
    /// Kind and content to the last bit.
    std::string description() const;

    template <class T>
    T as() const {
        return databased::detail::Native<T>::read(databased::detail::FieldView{&cell_, nullptr, 0});
    }

  private:
    Oid type_;
    std::unique_ptr<databased::detail::Arena> arena_ = std::make_unique<databased::detail::Arena>();
    databased::detail::Cell cell_ = databased::detail::Cell::null();
};

class RawValues {
  public:
    /// On the tests' server.
    RawValues();

    RawPostgresql& connection() noexcept { return connection_; }
    /// The only value of the only row of `sql`. Throws std::runtime_error with the server's message.
    ReadValue read(const std::string& sql, WireFormat format);
    ReadValue read(const std::string& sql, const databased::postgresql::ParameterList& parameters, WireFormat format);
    /// By a reader for a type that is not built in.
    ReadValue read(const std::string& sql, const databased::postgresql::TypeInfo& type, WireFormat format);

  private:
    RawPostgresql connection_;
};

/// 'text' as a literal of SQL, whatever is in it.
std::string literal(std::string_view text);

}  // namespace support
