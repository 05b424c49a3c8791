/*
 * Protects and unprotects packets with libsrtp. Each line of standard input is
 * a command, and each makes one line of standard output:
 *
 *     session send|receive SUITE SERVICES KEY MKI SSRC ROC
 *                                a new session. KEY is master key and salt.
 *                                SERVICES: both, or auth for no encryption;
 *                                for SRTP and for SRTCP, with a / between
 *     rtp PACKET                 the packet protected, or unprotected
 *     rtcp PACKET
 *
 * Octets are in hex, "-" stands for none. The answer is hex, "ok", or "error"
 * and the number that libsrtp has for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <srtp2/srtp.h>

static srtp_t session;
static int sending, with_mki;

static size_t unhex(const char *text, unsigned char *octets)
{
	size_t n = 0;
	unsigned octet;

	if (strcmp(text, "-") == 0)
		return 0;
	for (; sscanf(text, "%2x", &octet) == 1; text += 2)
		octets[n++] = octet;
	return n;
}

static int set_suite(srtp_policy_t *p, const char *name)
{
	if (strcmp(name, "AES_CM_128_HMAC_SHA1_80") == 0) {
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&p->rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&p->rtcp);
	} else if (strcmp(name, "AES_CM_128_HMAC_SHA1_32") == 0) {
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&p->rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&p->rtcp);
	} else if (strcmp(name, "AES_192_CM_HMAC_SHA1_80") == 0) {
		srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80(&p->rtp);
		srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80(&p->rtcp);
	} else if (strcmp(name, "AES_192_CM_HMAC_SHA1_32") == 0) {
		srtp_crypto_policy_set_aes_cm_192_hmac_sha1_32(&p->rtp);
		srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80(&p->rtcp);
	} else if (strcmp(name, "AES_256_CM_HMAC_SHA1_80") == 0) {
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&p->rtp);
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&p->rtcp);
	} else if (strcmp(name, "AES_256_CM_HMAC_SHA1_32") == 0) {
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&p->rtp);
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&p->rtcp);
	} else if (strcmp(name, "NULL_HMAC_SHA1_80") == 0) {
		srtp_crypto_policy_set_null_cipher_hmac_sha1_80(&p->rtp);
		srtp_crypto_policy_set_null_cipher_hmac_sha1_80(&p->rtcp);
	} else if (strcmp(name, "NULL_HMAC_SHA1_32") == 0) {
		srtp_crypto_policy_set_null_cipher_hmac_sha1_80(&p->rtp);
		p->rtp.auth_tag_len = 4;
		srtp_crypto_policy_set_null_cipher_hmac_sha1_80(&p->rtcp);
	} else if (strcmp(name, "AEAD_AES_128_GCM") == 0) {
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&p->rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&p->rtcp);
	} else if (strcmp(name, "AEAD_AES_256_GCM") == 0) {
		srtp_crypto_policy_set_aes_gcm_256_16_auth(&p->rtp);
		srtp_crypto_policy_set_aes_gcm_256_16_auth(&p->rtcp);
	} else {
		return 0;
	}
	return 1;
}

static srtp_err_status_t new_session(const char *suite, const char *services,
				     const char *key_text, const char *mki_text,
				     unsigned long ssrc, unsigned long roc)
{
	static unsigned char key_octets[64], mki_octets[256];
	static srtp_master_key_t key = { key_octets, mki_octets, 0 };
	static srtp_master_key_t *keys[] = { &key };
	srtp_policy_t policy;
	srtp_err_status_t status;

	memset(&policy, 0, sizeof(policy));
	if (!set_suite(&policy, suite))
		return srtp_err_status_bad_param;
	if (strncmp(services, "auth/", 5) == 0)
		policy.rtp.sec_serv = sec_serv_auth;
	if (strcmp(strchr(services, '/'), "/auth") == 0)
		policy.rtcp.sec_serv = sec_serv_auth;
	unhex(key_text, key_octets);
	key.mki_size = unhex(mki_text, mki_octets);
	with_mki = key.mki_size > 0;
	policy.ssrc.type = ssrc_specific;
	policy.ssrc.value = ssrc;
	policy.window_size = 128;
	if (with_mki) {
		policy.keys = keys;
		policy.num_master_keys = 1;
	} else {
		policy.key = key_octets;
	}
	if (session != NULL)
		srtp_dealloc(session);
	session = NULL;
	status = srtp_create(&session, &policy);
	if (status == srtp_err_status_ok && roc != 0)
		status = srtp_set_stream_roc(session, ssrc, roc);
	return status;
}

static srtp_err_status_t process(const char *kind, void *packet, int *n)
{
	if (session == NULL)
		return srtp_err_status_no_ctx;
	if (strcmp(kind, "rtp") == 0)
		return sending ? srtp_protect_mki(session, packet, n, with_mki, 0)
			       : srtp_unprotect_mki(session, packet, n, with_mki);
	return sending ? srtp_protect_rtcp_mki(session, packet, n, with_mki, 0)
		       : srtp_unprotect_rtcp_mki(session, packet, n, with_mki);
}

int main(void)
{
	static char line[16384], kind[16], direction[16], suite[64], services[16];
	static char key[256], mki[1024], packet_text[8192];
	static unsigned char packet[8192];
	unsigned long ssrc, roc;
	srtp_err_status_t status;
	int n;

	if (srtp_init() != srtp_err_status_ok)
		return 1;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (sscanf(line, "session %15s %63s %15s %255s %1023s %lu %lu",
			   direction, suite, services, key, mki, &ssrc, &roc) == 7) {
			sending = strcmp(direction, "send") == 0;
			status = new_session(suite, services, key, mki, ssrc, roc);
			n = 0;
		} else if (sscanf(line, "%15s %8191s", kind, packet_text) == 2) {
			n = unhex(packet_text, packet);
			status = process(kind, packet, &n);
		} else {
			return 2;
		}
		if (status != srtp_err_status_ok)
			printf("error %d\n", status);
		else if (n == 0)
			printf("ok\n");
		else {
			for (int i = 0; i < n; i++)
				printf("%02x", packet[i]);
			printf("\n");
		}
		fflush(stdout);
	}
	return 0;
}
