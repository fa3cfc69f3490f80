// Certificates for tests of TLS, made when they are needed by the program openssl.
#pragma once

#include "support/temporary_folder.hpp"

#include <string>

namespace support {

/// The files of a certificate and its private key, which only this user can read.
struct Certificate {
    std::string certificate;
    std::string key;
};

enum class Validity { valid, expired };

/// An authority and what it has signed, as files that are removed at the end of its scope.
class CertificateAuthority {
  public:
    /// Throws std::runtime_error if there is no openssl.
    CertificateAuthority();

    /// The file of its own certificate: "sslrootcert" of clients.
    std::string certificate() const { return folder_.path("authority.crt"); }
    /// Of a server that is known by these names, as "DNS:localhost,IP:127.0.0.1".
    Certificate server(const std::string& names = "DNS:localhost,IP:127.0.0.1,IP:::1",
                       Validity validity = Validity::valid);
    /// Of the user `name`.
    Certificate client(const std::string& name);

  private:
    Certificate sign(const std::string& common_name, const std::string& extension, Validity validity);

    TemporaryFolder folder_;
    int signed_ = 0;
};

}  // namespace support
