#include "libpq_features.hpp"

#include "error.hpp"

#include <array>
#include <new>

namespace databased::postgresql {

#ifdef LIBPQ_HAS_ASYNC_CANCEL

CancelKey::CancelKey(PGconn* connection) : cancel_(PQcancelCreate(connection)) {
    if (cancel_ == nullptr) throw std::bad_alloc();
}

std::string CancelKey::send() const {
    PQcancelReset(cancel_.get());
    if (PQcancelBlocking(cancel_.get()) != 0) return {};
    return one_line(PQcancelErrorMessage(cancel_.get()));
}

#else

CancelKey::CancelKey(PGconn* connection) : cancel_(PQgetCancel(connection)) {
    if (cancel_ == nullptr) throw std::bad_alloc();
}

std::string CancelKey::send() const {
    std::array<char, 256> said{};  // as libpq recommends
    if (PQcancel(cancel_.get(), said.data(), static_cast<int>(said.size())) != 0) return {};
    return one_line(said.data());
}

#endif

}  // namespace databased::postgresql
