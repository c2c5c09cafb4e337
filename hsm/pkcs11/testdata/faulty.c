// A PKCS#11 module that is SoftHSM until a control file says otherwise. It is compiled with
//   REAL     the path of the module behind it
//   CONTROL  the path of the control file: words separated by spaces, read anew at each call
//   LOG      the path of a file that gets a line for each C_Initialize, C_Login and C_Finalize
// Words: C_Name=0xRV makes that call return RV; C_Name=hang makes it wait while the word is there; noaad drops
// associated data; zeros makes the random generator return zeros; value gives out a CKA_VALUE.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pkcs11go.h"

static CK_FUNCTION_LIST_PTR real;
static CK_FUNCTION_LIST faulty;

// says reports whether the control file holds the word, and copies what follows it.
static int says(const char *word, char *value, size_t n) {
	char text[512] = "";
	FILE *f = fopen(CONTROL, "r");
	if (f == NULL) return 0;
	text[fread(text, 1, sizeof text - 1, f)] = 0;
	fclose(f);
	char *at = strstr(text, word);
	if (at == NULL) return 0;
	snprintf(value, n, "%s", at + strlen(word));
	value[strcspn(value, " \n")] = 0;
	return 1;
}

// fault returns 1 and sets rv if the call is to fail; it hangs while that is asked for.
static int fault(const char *call, CK_RV *rv) {
	char word[64], value[64];
	snprintf(word, sizeof word, "%s=", call);
	while (says(word, value, sizeof value)) {
		if (strcmp(value, "hang") != 0) {
			*rv = strtoul(value, NULL, 16);
			return 1;
		}
		usleep(5000);
	}
	return 0;
}

static void note(const char *call) {
	FILE *f = fopen(LOG, "a");
	if (f == NULL) return;
	fprintf(f, "%s\n", call);
	fclose(f);
}

static CK_RV Initialize(CK_VOID_PTR args) {
	CK_RV rv;
	note("C_Initialize");
	return fault("C_Initialize", &rv) ? rv : real->C_Initialize(args);
}

static CK_RV Finalize(CK_VOID_PTR reserved) {
	CK_RV rv;
	note("C_Finalize");
	return fault("C_Finalize", &rv) ? rv : real->C_Finalize(reserved);
}

static CK_RV Login(CK_SESSION_HANDLE s, CK_USER_TYPE u, CK_UTF8CHAR_PTR pin, CK_ULONG n) {
	CK_RV rv;
	note("C_Login");
	return fault("C_Login", &rv) ? rv : real->C_Login(s, u, pin, n);
}

static CK_MECHANISM_PTR strip(CK_MECHANISM_PTR m) {
	char value[8];
	if (m->mechanism == CKM_AES_GCM && says("noaad", value, sizeof value))
		((CK_GCM_PARAMS_PTR)m->pParameter)->ulAADLen = 0;
	return m;
}

static CK_RV EncryptInit(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE k) {
	CK_RV rv;
	return fault("C_EncryptInit", &rv) ? rv : real->C_EncryptInit(s, strip(m), k);
}

static CK_RV DecryptInit(CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE k) {
	CK_RV rv;
	return fault("C_DecryptInit", &rv) ? rv : real->C_DecryptInit(s, strip(m), k);
}

// A fault in C_Encrypt or C_Decrypt leaves the operation active in its session, as real modules do.
static CK_RV Encrypt(CK_SESSION_HANDLE s, CK_BYTE_PTR in, CK_ULONG n, CK_BYTE_PTR out, CK_ULONG_PTR m) {
	CK_RV rv;
	return fault("C_Encrypt", &rv) ? rv : real->C_Encrypt(s, in, n, out, m);
}

static CK_RV Decrypt(CK_SESSION_HANDLE s, CK_BYTE_PTR in, CK_ULONG n, CK_BYTE_PTR out, CK_ULONG_PTR m) {
	CK_RV rv;
	return fault("C_Decrypt", &rv) ? rv : real->C_Decrypt(s, in, n, out, m);
}

static CK_RV GenerateRandom(CK_SESSION_HANDLE s, CK_BYTE_PTR out, CK_ULONG n) {
	CK_RV rv;
	char value[8];
	if (says("zeros", value, sizeof value)) {
		memset(out, 0, n);
		return CKR_OK;
	}
	return fault("C_GenerateRandom", &rv) ? rv : real->C_GenerateRandom(s, out, n);
}

static CK_RV GetAttributeValue(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE k, CK_ATTRIBUTE_PTR a, CK_ULONG n) {
	char value[8];
	if (n == 1 && a->type == CKA_VALUE && says("value", value, sizeof value)) {
		a->ulValueLen = 32;
		if (a->pValue != NULL) memset(a->pValue, 0x5a, 32);
		return CKR_OK;
	}
	return real->C_GetAttributeValue(s, k, a, n);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
	void *module = dlopen(REAL, RTLD_LAZY);
	if (module == NULL) return CKR_GENERAL_ERROR;
	CK_C_GetFunctionList get = (CK_C_GetFunctionList)dlsym(module, "C_GetFunctionList");
	CK_RV rv = get(&real);
	if (rv != CKR_OK) return rv;
	faulty = *real;
	faulty.C_Initialize = Initialize;
	faulty.C_Finalize = Finalize;
	faulty.C_Login = Login;
	faulty.C_EncryptInit = EncryptInit;
	faulty.C_DecryptInit = DecryptInit;
	faulty.C_Encrypt = Encrypt;
	faulty.C_Decrypt = Decrypt;
	faulty.C_GenerateRandom = GenerateRandom;
	faulty.C_GetAttributeValue = GetAttributeValue;
	*list = &faulty;
	return CKR_OK;
}
