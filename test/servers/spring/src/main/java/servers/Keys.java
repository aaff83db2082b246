package servers;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The signing keys, newest first: that one signs. */
@RestController
class Keys {
  private volatile List<JWK> keys = List.of(create());

  @Bean
  JWKSource<SecurityContext> jwkSource() {
    return (selector, context) -> selector.select(new JWKSet(keys));
  }

  @Bean
  JwtEncoder jwtEncoder(JWKSource<SecurityContext> source) {
    NimbusJwtEncoder encoder = new NimbusJwtEncoder(source);
    encoder.setJwkSelector(found -> found.get(0));
    return encoder;
  }

  @PostMapping("/keys/rotate")
  void rotate() {
    List<JWK> next = new ArrayList<>(List.of(create()));
    next.addAll(keys);
    keys = List.copyOf(next);
  }

  @PostMapping("/keys/withdraw")
  void withdraw() {
    keys = List.of(keys.get(0));
  }

  /** The key set of the client with a certificate. */
  @GetMapping(path = "/keys/mtls-worker", produces = "application/json")
  String clientKeys(@Value("${client.jwks}") String jwks) {
    return jwks;
  }

  private static JWK create() {
    try {
      return new RSAKeyGenerator(2048).keyUse(KeyUse.SIGNATURE).keyID(UUID.randomUUID().toString()).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
